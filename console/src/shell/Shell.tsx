import {
  Bullseye,
  Masthead,
  MastheadBrand,
  MastheadContent,
  MastheadMain,
  MastheadToggle,
  Nav,
  NavItem,
  NavList,
  Page,
  PageSidebar,
  PageSidebarBody,
  PageToggleButton,
  SkipToContent,
  Spinner,
  Toolbar,
  ToolbarContent,
  ToolbarGroup,
  ToolbarItem,
} from "@patternfly/react-core";
import BarsIcon from "@patternfly/react-icons/dist/esm/icons/bars-icon";
import { Suspense, useEffect, useState } from "react";
import { Link, Outlet, useLocation } from "react-router";
import { HelpMenu } from "./HelpMenu";
import { IndexStarting } from "./IndexStarting";
import { Logo } from "./Logo";
import { ThemeToggle } from "./ThemeToggle";
import { UserMenu } from "./UserMenu";

const mainId = "content";
const places = [
  { to: "/", title: "Overview" },
  { to: "/assets", title: "Assets" },
  { to: "/collections", title: "Collections" },
  { to: "/patches", title: "Patches" },
  { to: "/vulnerabilities", title: "Vulnerabilities" },
  { to: "/exceptions", title: "Exceptions" },
  { to: "/catalogue", title: "Catalogue" },
  { to: "/jobs", title: "Jobs" },
  { to: "/agents", title: "Agents" },
  { to: "/audit", title: "Audit log" },
];

/** Frame of every page for signed-in people. */
export function Shell() {
  const narrow = () => window.innerWidth < 1200;
  const [navigationOpen, setNavigationOpen] = useState(() => !narrow());
  const { pathname } = useLocation();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the page, not its own value, decides when it closes
  useEffect(() => {
    if (narrow()) setNavigationOpen(false);
  }, [pathname]);
  return (
    <Page
      mainContainerId={mainId}
      skipToContent={<SkipToContent href={`#${mainId}`}>Skip to content</SkipToContent>}
      masthead={<Head navigationOpen={navigationOpen} onToggle={() => setNavigationOpen(!navigationOpen)} />}
      sidebar={<Sidebar open={navigationOpen} pathname={pathname} />}
    >
      <IndexStarting />
      <Suspense fallback={<Loading />}>
        <Outlet />
      </Suspense>
    </Page>
  );
}

function Head({ navigationOpen, onToggle }: { navigationOpen: boolean; onToggle: () => void }) {
  return (
    <Masthead display={{ default: "inline" }}>
      <MastheadMain>
        <MastheadToggle>
          <PageToggleButton
            variant="plain"
            aria-label="Navigation"
            isSidebarOpen={navigationOpen}
            onSidebarToggle={onToggle}
          >
            <BarsIcon />
          </PageToggleButton>
        </MastheadToggle>
        <MastheadBrand>
          <Link to="/" className="ft-brand">
            <Logo />
            Fettle
          </Link>
        </MastheadBrand>
      </MastheadMain>
      <MastheadContent>
        <Toolbar isStatic>
          <ToolbarContent>
            <ToolbarGroup align={{ default: "alignEnd" }} gap={{ default: "gapXs" }}>
              <ToolbarItem>
                <ThemeToggle />
              </ToolbarItem>
              <ToolbarItem>
                <HelpMenu />
              </ToolbarItem>
              <ToolbarItem>
                <UserMenu />
              </ToolbarItem>
            </ToolbarGroup>
          </ToolbarContent>
        </Toolbar>
      </MastheadContent>
    </Masthead>
  );
}

function Sidebar({ open, pathname }: { open: boolean; pathname: string }) {
  const isHere = (to: string) => (to === "/" ? pathname === "/" : `${pathname}/`.startsWith(`${to}/`));
  // A run or a deployment belongs to its job.
  const here = /^\/(runs|deployments)\//.test(pathname) ? "/jobs" : places.findLast(({ to }) => isHere(to))?.to;
  return (
    <PageSidebar isSidebarOpen={open}>
      <PageSidebarBody>
        <Nav aria-label="Main">
          <NavList>
            {places.map(({ to, title }) => (
              <NavItem key={to} itemId={to} isActive={to === here}>
                <Link to={to}>{title}</Link>
              </NavItem>
            ))}
          </NavList>
        </Nav>
      </PageSidebarBody>
    </PageSidebar>
  );
}

function Loading() {
  return (
    <Bullseye>
      <Spinner aria-label="Loading" />
    </Bullseye>
  );
}
