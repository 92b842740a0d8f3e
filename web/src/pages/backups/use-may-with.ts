// Whether this user may do something with a certain backup, for what is not in the menu of its actions.
import type { Image } from '../../api/documents.ts';
import type { Right } from '../../api/queries.ts';
import { useRights } from '../../parts/use-rights.ts';

/** False while it is not known. */
export function useMayWith(image: Image): (method: string, needs: Right) => boolean {
  const { may, rightsOf } = useRights('image', [image], ({ ID }) => ID);
  return (method, needs) => may(method) && (rightsOf(image)?.includes(needs) ?? false);
}
