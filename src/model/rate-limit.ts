// How often somebody may call: so many calls in so many seconds.

export interface RateLimitSettings {
  calls: number;
  periodSec: number;
}
