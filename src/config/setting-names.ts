/** `contextLength` → `QUEPT_CONTEXT_LENGTH`. */
export function variableName(key: string): string {
  return `QUEPT_${key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

/** `contextLength` → `--context-length`. */
export function flagName(key: string): string {
  return `--${flagWords(key)}`;
}

/** `dashboard` → `--no-dashboard`. */
export function offFlagName(key: string): string {
  return `--no-${flagWords(key)}`;
}

function flagWords(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
