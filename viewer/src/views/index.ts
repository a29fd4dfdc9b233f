// The views in the order of a hunt, with their keys.

import type { ComponentType } from 'preact';
import type { Source } from '../source';
import { Allocations } from './allocations';
import { Classes } from './classes';
import { Compare } from './compare';
import { Contexts } from './contexts';
import { Dominators } from './dominators';
import { Packages } from './packages';
import { Query } from './query';
import { StatisticsView } from './statistics';
import { Strings } from './strings';

export interface View {
  name: string;
  title: string;
  key: string;
  /** A question of the source without which there is no such view. */
  needs?: keyof Source;
  /** Undefined: of the whole document. */
  component?: ComponentType;
  /** The view of one snapshot. */
  isOfSnapshot?: true;
}

export const VIEWS: View[] = [
  { name: 'leaks', title: 'Leaks', key: '1' },
  { name: 'compare', title: 'Compare', key: '2', needs: 'compare', component: Compare },
  { name: 'classes', title: 'Classes', key: '3', needs: 'classes', component: Classes, isOfSnapshot: true },
  { name: 'dominators', title: 'Dominators', key: '4', needs: 'boxes', component: Dominators, isOfSnapshot: true },
  { name: 'strings', title: 'Strings', key: '5', needs: 'strings', component: Strings, isOfSnapshot: true },
  {
    name: 'consists',
    title: 'Consists of',
    key: '6',
    needs: 'statistics',
    component: StatisticsView,
    isOfSnapshot: true,
  },
  { name: 'contexts', title: 'Contexts', key: '7', needs: 'contexts', component: Contexts, isOfSnapshot: true },
  { name: 'query', title: 'Query', key: '8', needs: 'objects', component: Query, isOfSnapshot: true },
  {
    name: 'allocations',
    title: 'Allocations',
    key: '9',
    needs: 'allocations',
    component: Allocations,
    isOfSnapshot: true,
  },
  { name: 'packages', title: 'Packages', key: '0', needs: 'packages', component: Packages, isOfSnapshot: true },
];
