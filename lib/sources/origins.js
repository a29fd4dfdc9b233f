'use strict';

// Which values of a program come from a package: its exports, the instances that they made, and functions that return
// one of these.

/** @typedef {import('./syntax').Part} Part */
/** @typedef {import('./scopes').Scope} Scope */
/** @typedef {import('./scopes').Origin} Origin */

/** Functions by which compilers hand a module on: `_interopRequireDefault(require('x'))`. */
const INTEROP = /^_*(interop|import(Default|Star)|toESM|esModule)/i;
/** Nodes whose value is that of a part: `await x`, `x!`, `x as T`, `(x)`. */
const WRAPPERS = {
  AwaitExpression: 'argument',
  ParenthesizedExpression: 'expression',
  TSAsExpression: 'expression',
  TSSatisfiesExpression: 'expression',
  TSNonNullExpression: 'expression',
  TSTypeAssertion: 'expression',
  TSInstantiationExpression: 'expression',
  TypeCastExpression: 'expression',
  ChainExpression: 'expression',
  AssignmentExpression: 'right',
};
/** A variable may get its value from another one that is written below it. */
const MOST_TURNS = 6;
/** Parts within parts that are looked into: a chain of thousands of calls is no code of a person. */
const DEEPEST = 200;

class Origins {
  #program;
  #package;
  #depth = 0;

  /**
   * @param {ReturnType<typeof import('./scopes').scopesOf>} program
   * @param {string} packageName
   */
  constructor(program, packageName) {
    this.#program = program;
    this.#package = packageName;
    let before = -1;
    for (let turn = 0, known = 0; turn < MOST_TURNS && known !== before; turn += 1) {
      before = known;
      known = program.nodes.reduce((sum, { node, scope }) => sum + this.#learn(node, scope), 0);
    }
  }

  /**
   * The origin of a value in the package; undefined where it has none.
   *
   * @param {Part | null | undefined} node an expression
   * @param {Scope} scope in which it stands
   * @returns {Origin | undefined}
   */
  of(node, scope) {
    if (!node || this.#depth >= DEEPEST) return undefined;
    this.#depth += 1;
    try {
      return this.#find(node, scope);
    } finally {
      this.#depth -= 1;
    }
  }

  /**
   * @param {Part} node
   * @param {Scope} scope
   * @returns {Origin | undefined}
   */
  #find(node, scope) {
    const inner = WRAPPERS[/** @type {keyof typeof WRAPPERS} */ (node.type)];
    if (inner !== undefined) return this.of(/** @type {Part} */ (node)[inner], scope);
    switch (node.type) {
      case 'Identifier':
      case 'JSXIdentifier':
        return scope.find(node.name)?.origin;
      case 'MemberExpression':
      case 'OptionalMemberExpression':
      case 'JSXMemberExpression':
        return this.#ofMember(node, scope);
      case 'CallExpression':
      case 'OptionalCallExpression':
      case 'NewExpression':
      case 'ImportExpression':
        return this.#ofCall(node, scope);
      case 'LogicalExpression':
        return this.of(node.left, scope) ?? this.of(node.right, scope);
      case 'ConditionalExpression':
        return this.of(node.consequent, scope) ?? this.of(node.alternate, scope);
      case 'SequenceExpression':
        return this.of(node.expressions[node.expressions.length - 1], scope);
      case 'ClassExpression':
        return this.of(node.superClass, scope);
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
        return this.#ofFunction(node);
      default:
        return undefined;
    }
  }

  /**
   * True for a call that loads the package or passes it on. Such a call does not use the package yet.
   *
   * @param {Part} node
   * @param {Scope} scope
   */
  isLoading(node, scope) {
    return this.#isLoad(node, scope) || this.#handedOn(node, scope) !== undefined || this.#isThen(node, scope);
  }

  /**
   * @param {Part} node
   * @param {Scope} scope
   * @returns {Origin | undefined}
   */
  #ofMember(node, scope) {
    const name = nameOfKey(node.property, node.computed);
    if (node.object.type === 'ThisExpression') return name === undefined ? undefined : scope.own.get(name);
    const object = this.of(node.object, scope);
    if (object === undefined) {
      const variable = node.object.type === 'Identifier' ? scope.find(node.object.name) : undefined;
      return name === undefined ? undefined : variable?.slots.get(name);
    }
    if (object.sort === 'maker') return undefined;
    if (name === 'default' && object.sort === 'export') return object;
    return { ...object, path: name === undefined ? `${object.path}[…]` : `${object.path}.${name}` };
  }

  /**
   * @param {Part} node
   * @param {Scope} scope
   * @returns {Origin | undefined}
   */
  #ofCall(node, scope) {
    if (this.#isLoad(node, scope)) return { sort: 'export', path: shortName(this.#package) };
    const handedOn = this.#handedOn(node, scope);
    if (handedOn !== undefined) return handedOn;
    const callee = this.of(node.callee, scope);
    if (callee === undefined) return undefined;
    if (callee.sort === 'maker') return { ...callee, sort: 'instance' };
    const isNew = node.type === 'NewExpression';
    const className = isNew ? lastName(callee.path) : callee.className;
    return {
      sort: 'instance',
      path: isNew ? `new ${callee.path}` : `${callee.path}()`,
      ...(className === undefined ? {} : { className }),
    };
  }

  /**
   * `require('x')`, `import('x')`, `module.require('x')`
   *
   * @param {Part} node
   * @param {Scope} scope
   */
  #isLoad(node, scope) {
    if (node.type === 'ImportExpression') return this.#isPackage(node.source);
    if (node.type !== 'CallExpression' || !this.#isPackage(node.arguments[0])) return false;
    const { callee } = node;
    if (callee.type === 'Import') return true;
    if (callee.type === 'Identifier') {
      const variable = scope.find(callee.name);
      return variable === undefined ? callee.name === 'require' : variable.slots.has(REQUIRE);
    }
    return callee.type === 'MemberExpression' && !callee.computed && callee.property.name === 'require';
  }

  /**
   * @param {Part} node
   * @param {Scope} scope
   */
  #handedOn(node, scope) {
    if (node.type !== 'CallExpression') return undefined;
    const { callee } = node;
    const name = callee.type === 'MemberExpression' ? nameOfKey(callee.property, callee.computed) : callee.name;
    return typeof name === 'string' && INTEROP.test(name) ? this.of(node.arguments[0], scope) : undefined;
  }

  /**
   * `import('x').then(…)`
   *
   * @param {Part} node
   * @param {Scope} scope
   */
  #isThen(node, scope) {
    const isMember = node.type === 'CallExpression' && node.callee.type === 'MemberExpression';
    return isMember && nameOfKey(node.callee.property) === 'then' && this.#isLoad(node.callee.object, scope);
  }

  /** @param {Part | undefined} node */
  #isPackage(node) {
    const name = textOf(node);
    if (name === undefined) return false;
    const own = name.startsWith('npm:') ? name.slice(4) : name.replace(/^.*\/node_modules\//, '');
    return own === this.#package || own.startsWith(`${this.#package}/`);
  }

  /**
   * @param {Part} node a function
   * @returns {Origin | undefined}
   */
  #ofFunction(node) {
    for (const { node: value, scope } of this.#program.returns.get(node) ?? []) {
      const origin = value.type.endsWith('FunctionExpression') ? undefined : this.of(value, scope);
      if (origin !== undefined) return { ...origin, sort: 'maker' };
    }
    return undefined;
  }

  /**
   * @param {Part} node
   * @param {Scope} scope
   * @returns {number} how much is known by it
   */
  #learn(node, scope) {
    switch (node.type) {
      case 'ImportDeclaration':
        return this.#isPackage(node.source) && node.importKind !== 'type' ? this.#import(node, scope) : 0;
      case 'TSImportEqualsDeclaration': {
        const { moduleReference: from, id } = node;
        if (from.type !== 'TSExternalModuleReference' || !this.#isPackage(from.expression)) return 0;
        return this.#give(id, { sort: 'export', path: id.name }, scope);
      }
      case 'VariableDeclarator':
        return this.#assign(node.id, node.init, scope);
      case 'AssignmentExpression':
        return this.#assign(node.left, node.right, scope);
      case 'ClassDeclaration':
        return node.id ? this.#give(node.id, this.of(node.superClass, scope), scope) : 0;
      case 'FunctionDeclaration':
        return node.id ? this.#give(node.id, this.#ofFunction(node), scope.outer ?? scope) : 0;
      case 'ClassProperty':
      case 'ClassPrivateProperty':
      case 'ClassAccessorProperty': {
        const name = nameOfKey(node.key, node.computed);
        return name === undefined ? 0 : keep(scope.own, name, this.of(node.value, scope));
      }
      case 'CallExpression': {
        const [made] = node.arguments;
        if (!this.#isThen(node, scope) || !made?.params?.[0]) return 0;
        const inner = this.#program.nodes.find(({ node: one }) => one === made);
        const origin = this.of(node.callee.object, scope);
        return inner === undefined ? 0 : this.#give(made.params[0], origin, inner.scope);
      }
      default:
        return 0;
    }
  }

  /**
   * @param {Part} node
   * @param {Scope} scope
   */
  #import(node, scope) {
    for (const specifier of node.specifiers) {
      const { local } = specifier;
      const imported = specifier.type === 'ImportSpecifier' ? nameOfKey(specifier.imported) : undefined;
      if (specifier.type === 'ImportSpecifier' && specifier.importKind === 'type') continue;
      this.#give(
        local,
        { sort: 'export', path: imported === 'default' ? local.name : (imported ?? local.name) },
        scope,
      );
    }
    return node.specifiers.length;
  }

  /**
   * @param {Part} target
   * @param {Part | null | undefined} value
   * @param {Scope} scope
   */
  #assign(target, value, scope) {
    if (!value) return 0;
    if (isCreateRequire(value) && target.type === 'Identifier')
      return keep(scope.find(target.name)?.slots, REQUIRE, { sort: 'export', path: REQUIRE });
    const origin = this.of(value, scope);
    // The name that the file gives to the whole package says more than the package's.
    const isWhole = target.type === 'Identifier' && this.isLoading(value, scope);
    let known = this.#give(target, isWhole && origin ? { ...origin, path: target.name } : origin, scope);
    if (value.type !== 'ObjectExpression' || target.type !== 'Identifier') return known;
    for (const part of value.properties) {
      const name = part.type === 'ObjectProperty' ? nameOfKey(part.key, part.computed) : undefined;
      if (part.type !== 'ObjectProperty' || name === undefined) continue;
      known += keep(scope.find(target.name)?.slots, name, this.of(part.value, scope));
    }
    return known;
  }

  /**
   * Gives the names that a pattern declares their origin in the package.
   *
   * @param {Part} target
   * @param {Origin | undefined} origin
   * @param {Scope} scope
   * @returns {number}
   */
  #give(target, origin, scope) {
    if (origin === undefined) return 0;
    switch (target.type) {
      case 'Identifier': {
        const variable = scope.find(target.name);
        if (variable === undefined) return 0;
        variable.origin ??= origin;
        return 1;
      }
      case 'AssignmentPattern':
        return this.#give(target.left, origin, scope);
      case 'MemberExpression': {
        const name = nameOfKey(target.property, target.computed);
        if (name === undefined) return 0;
        if (target.object.type === 'ThisExpression') return keep(scope.own, name, origin);
        return target.object.type === 'Identifier' ? keep(scope.find(target.object.name)?.slots, name, origin) : 0;
      }
      case 'ObjectPattern':
        return target.properties.reduce((/** @type {number} */ sum, /** @type {Part} */ part) => {
          if (part.type === 'RestElement') return sum + this.#give(part.argument, origin, scope);
          const name = nameOfKey(part.key, part.computed);
          const isDefault = name === 'default' && origin.sort === 'export';
          const path = isDefault ? (part.value.name ?? origin.path) : memberPath(origin, name);
          return sum + this.#give(part.value, { ...origin, path }, scope);
        }, 0);
      case 'ArrayPattern':
        return target.elements.reduce(
          (/** @type {number} */ sum, /** @type {Part} */ part) =>
            part === null ? sum : sum + this.#give(part, { ...origin, path: `${origin.path}[…]` }, scope),
          0,
        );
      default:
        return 0;
    }
  }
}

/** The slot of a variable that `createRequire` made. */
const REQUIRE = 'require()';

/** @param {Part} node */
function isCreateRequire({ type, callee }) {
  if (type !== 'CallExpression') return false;
  return [callee.name, callee.property?.name].includes('createRequire');
}

/**
 * The member of a package by its own name (`{ Pool }` as `Pool`). A member of an instance has the instance before it.
 *
 * @param {Origin} origin
 * @param {string | undefined} name
 */
function memberPath({ sort, path }, name = '[…]') {
  return sort === 'export' ? name : `${path}.${name}`;
}

/**
 * @param {Map<string, Origin> | undefined} slots
 * @param {string} name
 * @param {Origin | undefined} origin
 */
function keep(slots, name, origin) {
  if (slots === undefined || origin === undefined) return 0;
  if (!slots.has(name)) slots.set(name, origin);
  return 1;
}

/**
 * @param {Part} key
 * @param {boolean} [isComputed]
 * @returns {string | undefined}
 */
function nameOfKey(key, isComputed = false) {
  if (key.type === 'PrivateName') return `#${key.id.name}`;
  if ((key.type === 'Identifier' && !isComputed) || key.type === 'JSXIdentifier') return key.name;
  return textOf(key);
}

/** @param {Part | undefined} node */
function textOf(node) {
  if (node?.type === 'StringLiteral') return node.value;
  return node?.type === 'TemplateLiteral' && node.expressions.length === 0 ? node.quasis[0].value.cooked : undefined;
}

/** @param {string} path */
function lastName(path) {
  return path.slice(path.lastIndexOf('.') + 1);
}

/** @param {string} packageName */
function shortName(packageName) {
  return packageName.slice(packageName.lastIndexOf('/') + 1);
}

module.exports = { Origins, lastName };
