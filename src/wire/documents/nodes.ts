// NODES: the control nodes that are up, what each has to itself and how many runs it works on. OpenNebula has no such document.
import { branch, cdataLeaf, leaf } from '../xml-write.ts';

export interface ShownNode {
  id: string;
  name: string;
  url: string;
  version: string;
  /** It is the one that answers. */
  answers: boolean;
  /** Seconds until its lease ends unless it is renewed; -1 when it needs none. */
  leaseSec: number;
  duties: readonly string[];
  runs: number;
}

export function nodesXml(nodes: readonly ShownNode[]): string {
  return branch('NODES', ...nodes.map(nodeXml));
}

function nodeXml(node: ShownNode): string {
  return branch(
    'NODE',
    cdataLeaf('ID', node.id),
    cdataLeaf('NAME', node.name),
    cdataLeaf('URL', node.url),
    cdataLeaf('VERSION', node.version),
    leaf('ANSWERS', node.answers ? 1 : 0),
    leaf('LEASE', node.leaseSec),
    leaf('RUNS', node.runs),
    branch('DUTIES', ...node.duties.map((duty) => cdataLeaf('DUTY', duty))),
  );
}
