/** A number with as many digits as say something: 0.12, 3.4, 56, 1,234. */
export function formatNumber(value: number): string {
  const digits = value >= 100 || value === 0 ? 0 : value >= 10 ? 1 : 2;
  return value.toLocaleString('en', { maximumFractionDigits: digits });
}

export function formatBits(value: number): string {
  return value.toLocaleString('en', { minimumFractionDigits: 1, maximumFractionDigits: 2 });
}

/** A distance in nats, to two digits. */
export function formatKl(kl: number): string {
  return kl.toLocaleString('en', { maximumSignificantDigits: 2 });
}

/** Milliseconds, or seconds from one on. */
export function formatMs(ms: number): string {
  if (ms >= 1_000) return `${formatNumber(ms / 1000)} s`;
  return `${formatNumber(ms)} ms`;
}

export function formatShare(share: number): string {
  return `${(share * 100).toLocaleString('en', { maximumFractionDigits: share > 0 && share < 0.1 ? 1 : 0 })} %`;
}

/** How long ago, in the words of an axis: `now`, `30 s`, `2 min`. */
export function formatAgo(seconds: number): string {
  if (seconds === 0) return 'now';
  return seconds % 60 === 0 ? `−${seconds / 60} min` : `−${seconds} s`;
}
