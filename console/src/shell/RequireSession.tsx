import { Bullseye, Spinner } from "@patternfly/react-core";
import { Navigate, Outlet, useLocation } from "react-router";
import { useSession } from "../api/session";
import { Failure } from "./Failure";

/** Lets signed-in people through; others sign in first and come back to where they were. */
export function RequireSession() {
  const { data: session, error, refetch } = useSession();
  const { pathname, search } = useLocation();
  if (session) return <Outlet />;
  if (session === null) {
    return <Navigate to={`/sign-in?return=${encodeURIComponent(pathname + search)}`} replace />;
  }
  return <Bullseye>{error ? <Failure error={error} retry={refetch} /> : <Spinner aria-label="Loading" />}</Bullseye>;
}
