// A chain as a row of its points, the oldest first: wide for a full backup, each with how it stands as to its proofs.
import { UnstyledButton } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconCircleDashed, IconShieldCheck, type Icon } from '@tabler/icons-react';
import { mibText, shortMoment } from '../../parts/format.ts';
import { proofOf, type Point } from '../../parts/points.ts';
import { texts } from '../../texts/index.ts';
import classes from './chain.module.css';

const { points: words } = texts.backups;

const ICONS: Readonly<Record<ReturnType<typeof proofOf>, Icon>> = {
  damaged: IconAlertTriangle,
  failed: IconAlertTriangle,
  proven: IconShieldCheck,
  verified: IconCircleCheck,
  unproven: IconCircleDashed,
};

interface Props {
  points: readonly Point[];
  chosen: number;
  onChoose: (id: number) => void;
}

export function Chain({ points, chosen, onChoose }: Props) {
  return (
    <ol className={classes['chain']}>
      {points.map((point) => (
        <li key={point.id} className={classes['link']}>
          <Link point={point} chosen={point.id === chosen} onChoose={() => onChoose(point.id)} />
        </li>
      ))}
    </ol>
  );
}

function Link({ point, chosen, onChoose }: { point: Point; chosen: boolean; onChoose: () => void }) {
  const proof = proofOf(point);
  const Shown = ICONS[proof];
  const type = point.type === 'FULL' ? words.full : words.increment;
  return (
    <UnstyledButton
      className={classes['point']}
      data-type={point.type}
      data-proof={proof}
      aria-pressed={chosen}
      title={words.choose(shortMoment(point.date), type)}
      onClick={onChoose}
    >
      <span className={classes['type']}>
        <Shown size={16} aria-hidden />
        {type}
      </span>
      <span>{shortMoment(point.date)}</span>
      <span>
        {mibText(point.sizeMb)} · {words.proofs[proof]}
      </span>
    </UnstyledButton>
  );
}
