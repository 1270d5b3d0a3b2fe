import { Button } from "@patternfly/react-core";
import MoonIcon from "@patternfly/react-icons/dist/esm/icons/moon-icon";
import SunIcon from "@patternfly/react-icons/dist/esm/icons/sun-icon";
import { useTheme } from "./theme";

export function ThemeToggle() {
  const { theme, choose } = useTheme();
  const other = theme === "dark" ? "light" : "dark";
  return (
    <Button
      variant="plain"
      aria-label={`Switch to the ${other} theme`}
      icon={theme === "dark" ? <SunIcon /> : <MoonIcon />}
      onClick={() => choose(other)}
    />
  );
}
