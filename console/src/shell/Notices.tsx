import { Alert, AlertActionCloseButton, AlertActionLink, AlertGroup } from "@patternfly/react-core";
import { type ReactNode, useCallback, useRef, useState } from "react";
import { type Notice, NoticeContext } from "./notices";

const shownMilliseconds = 8000;

export function Notices({ children }: { children: ReactNode }) {
  const [notices, setNotices] = useState<(Notice & { key: number })[]>([]);
  const last = useRef(0);
  const notify = useCallback((notice: Notice) => {
    last.current += 1;
    const key = last.current;
    setNotices((before) => [...before, { ...notice, key }]);
  }, []);
  const close = (key: number) => setNotices((before) => before.filter((notice) => notice.key !== key));
  return (
    <NoticeContext value={notify}>
      {children}
      <AlertGroup isToast isLiveRegion>
        {notices.map(({ key, variant, title, body, action }) => (
          <Alert
            key={key}
            variant={variant}
            title={title}
            component="p"
            timeout={variant === "danger" ? false : shownMilliseconds}
            onTimeout={() => close(key)}
            actionLinks={
              action && (
                <AlertActionLink
                  onClick={() => {
                    close(key);
                    action.run();
                  }}
                >
                  {action.title}
                </AlertActionLink>
              )
            }
            actionClose={<AlertActionCloseButton title={title} onClose={() => close(key)} />}
          >
            {body}
          </Alert>
        ))}
      </AlertGroup>
    </NoticeContext>
  );
}
