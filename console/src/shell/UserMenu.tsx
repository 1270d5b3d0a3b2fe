import { Divider, Dropdown, DropdownItem, DropdownList, MenuToggle } from "@patternfly/react-core";
import UserIcon from "@patternfly/react-icons/dist/esm/icons/user-icon";
import { useState } from "react";
import { useNavigate } from "react-router";
import { errorText } from "../api/errorText";
import { useSession, useSignOut } from "../api/session";
import { useNotify } from "./notices";

export function UserMenu() {
  const [open, setOpen] = useState(false);
  const navigate = useNavigate();
  const notify = useNotify();
  const signOut = useSignOut();
  const user = useSession().data?.user;
  const leave = () =>
    signOut.mutate(undefined, {
      onSuccess: () => navigate("/sign-in"),
      onError: (error) => notify({ variant: "danger", ...errorText(error) }),
    });
  return (
    <Dropdown
      isOpen={open}
      onOpenChange={setOpen}
      onSelect={() => setOpen(false)}
      popperProps={{ position: "end" }}
      toggle={(ref) => (
        <MenuToggle
          ref={ref}
          isExpanded={open}
          icon={<UserIcon />}
          aria-label={`User menu of ${user?.username ?? ""}`}
          onClick={() => setOpen(!open)}
        >
          <span className="ft-wide">{user?.username}</span>
        </MenuToggle>
      )}
    >
      <DropdownList>
        <DropdownItem onClick={() => navigate("/tokens")}>API tokens</DropdownItem>
        <Divider component="li" />
        <DropdownItem onClick={leave}>Sign out</DropdownItem>
      </DropdownList>
    </Dropdown>
  );
}
