// How long a token holds. Pure.

const DAY_SEC = 86_400;
const FOR_EVER = -1;

/** No days at all is for ever: nobody wants a token that has expired when it is made. */
export function secondsOf(days: number): number {
  return days > 0 ? Math.round(days * DAY_SEC) : FOR_EVER;
}
