import type { Priority } from "../api/types";

/** The parts of a priority with the most points that each can have, as the server adds them up. */
export const priorityParts = (priority: Priority) => [
  { name: "Known exploited", points: priority.knownExploited, most: 40 },
  { name: "Used by ransomware", points: priority.ransomware, most: 10 },
  { name: "EPSS", points: priority.epss, most: 20 },
  { name: "CVSS", points: priority.cvss, most: 20 },
  { name: "Share of assets exposed", points: priority.exposed, most: 10 },
];
