// Where the boxes of a dominator tree stand: an icicle, or a treemap.

import { hierarchy, partition, treemap, type HierarchyRectangularNode } from 'd3-hierarchy';
import type { Box } from '../document';

/** Shares of the width below which a box is no more than a line. */
const NARROWEST = 0.0012;
/** The same for the height, in a treemap. */
const LOWEST = 0.006;
/** Levels of an icicle that are drawn. */
export const LEVELS = 14;

export interface Placed {
  box: Box;
  /** Positions among brothers, from the box in front. */
  path: number[];
  depth: number;
  /** Shares of the chart. */
  x: number;
  y: number;
  width: number;
  height: number;
}

/** What a node has beside its children: so a parent is as large as the document says. */
function ownOf(box: Box): number {
  return Math.max(box.size - box.children.reduce((sum, child) => sum + child.size, 0), 0);
}

/** Largest first; "the rest" is last. */
export function childrenOf(box: Box): Box[] {
  return box.children.toSorted((a, b) => Number(a.rest ?? false) - Number(b.rest ?? false) || b.size - a.size);
}

export function placeBoxes(box: Box, sort: 'icicle' | 'treemap'): Placed[] {
  const root = hierarchy(box, childrenOf).sum(ownOf);
  const placed: HierarchyRectangularNode<Box> =
    sort === 'icicle'
      ? partition<Box>().size([1, root.height + 1])(root)
      : treemap<Box>().size([1, 0.5]).paddingOuter(0.004).paddingTop(0.02).paddingInner(0.002)(root);
  const result: Placed[] = [];
  const visit = (node: HierarchyRectangularNode<Box>, path: number[]) => {
    const width = node.x1 - node.x0;
    if (width < NARROWEST || (sort === 'icicle' && node.depth >= LEVELS)) return;
    const height = sort === 'icicle' ? 1 : (node.y1 - node.y0) * 2;
    const y = sort === 'icicle' ? node.depth : node.y0 * 2;
    if (height > LOWEST) result.push({ box: node.data, path, depth: node.depth, x: node.x0, y, width, height });
    node.children?.forEach((child, at) => visit(child, [...path, at]));
  };
  visit(placed, []);
  const levels = sort === 'icicle' ? Math.max(...result.map(({ depth }) => depth), 0) + 1 : 1;
  return result.map((one) => ({ ...one, y: one.y / levels, height: one.height / levels }));
}

/** The box that a path of positions leads to; undefined where there is none. */
export function boxAt(box: Box, path: number[]): Box | undefined {
  return path.reduce<Box | undefined>((at, position) => at && childrenOf(at)[position], box);
}
