// What retention makes of the points of a backup: which rule keeps each, and when it would go.
import type { KeepRules } from './backup-config.ts';

export interface ForecastPoint {
  pointId: number;
  /** Epoch seconds of the instant it holds. */
  date: number;
  kept: boolean;
  /** What keeps it: rules by their names, and PIN, LOCK, NEWEST, CHAIN, DAMAGED, APPEND_ONLY. */
  rules: string[];
  /** Epoch seconds at which it would go if a backup were made each day; 0 when nothing tells. */
  goesSec: number;
  reason: string;
}

export interface Retention {
  /** Those that were reckoned with. */
  rules: KeepRules;
  /** Oldest first. */
  points: ForecastPoint[];
}
