'use strict';
// One map a tenant, one entry a request.
class Draft {
  constructor(text) {
    this.text = text;
  }
}
class Drafts {
  byTenant = new Map();
  add(tenant, id) {
    if (!this.byTenant.has(tenant)) this.byTenant.set(tenant, new Map());
    this.byTenant.get(tenant).set(id, new Draft(`draft ${id}`));
  }
}
const drafts = new Drafts();
exports.leak = (i) => {
  drafts.add(`tenant-${i % 3}`, i);
};
exports.fixed = (i) => {
  drafts.add(`tenant-${i % 3}`, 0);
};
exports.expect = {
  line: 'class Drafts {',
  kind: 'growing-map',
  classes: ['Draft'],
  path: ['Drafts', 'byTenant', 'Map', 'Map', 'Draft'],
};
