const grouped = new Intl.NumberFormat('en-US');

/** 12345 as 12,345. */
export function number(value: number): string {
  return grouped.format(value);
}

/** A share in percent with one decimal; what is there is never shown as nothing. */
export function share(part: number, whole: number): string {
  if (whole === 0 || part === 0) return '0 %';
  const percent = (part * 100) / whole;
  return percent < 0.1 ? '<0.1 %' : `${percent.toFixed(1)} %`;
}

/** "1 object", "7 objects". */
export function counted(count: number, word: string): string {
  return `${number(count)} ${word}${count === 1 ? '' : 's'}`;
}

/** Minutes and seconds, as a clock of a run shows them. */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  const hours = Math.floor(seconds / 3600);
  const rest = `${String(Math.floor(seconds / 60) % 60).padStart(hours > 0 ? 2 : 1, '0')}:${String(seconds % 60).padStart(2, '0')}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}

/** As `duration`, with tenths of the seconds where there are few. */
export function brief(milliseconds: number): string {
  return milliseconds < 10_000
    ? `${(Math.max(0, milliseconds) / 1000).toFixed(1)} s`
    : duration(milliseconds);
}

/** A wait in words: nobody needs its seconds. */
export function about(seconds: number): string {
  if (seconds < 45) return 'less than a minute';
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `about ${minutes} min` : `about ${Math.round(minutes / 60)} h`;
}

/** A year as the tool's heading has it: 2027 is 2026-2027. */
export function longYear(schoolYear: number): string {
  return `${schoolYear - 1}-${schoolYear}`;
}
