const NAME = 'quept.key';

/** For where nothing may be kept. */
let inMemory: string | null = null;

/** The API key of this tab; null for none. It is kept until the tab is closed, and nowhere else. */
export function storedKey(): string | null {
  try {
    return sessionStorage.getItem(NAME);
  } catch {
    return inMemory;
  }
}

/** @param key null forgets it */
export function storeKey(key: string | null): void {
  inMemory = key;
  try {
    if (key === null) sessionStorage.removeItem(NAME);
    else sessionStorage.setItem(NAME, key);
  } catch {
    // It lasts as long as the page then.
  }
}
