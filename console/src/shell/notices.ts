import { createContext, useContext } from "react";

export type Notice = {
  variant: "success" | "danger" | "info";
  title: string;
  body?: string;
  /** What can be done about it while it is shown. */
  action?: { title: string; run: () => void };
};

/** Says something in passing, in the corner of the page. */
export const NoticeContext = createContext<(notice: Notice) => void>(() => {
  throw new Error("notices are shown inside <Notices> only");
});

export const useNotify = () => useContext(NoticeContext);
