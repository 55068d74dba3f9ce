import { comparePathElements, type PathElement } from './path-element'

/**
 * A set of field paths as a trie, after structured-merge-diff's fieldpath.Set. `insert` is for building;
 * every other operation returns a new set and may share subtrees with its operands.
 * https://github.com/kubernetes-sigs/structured-merge-diff
 */
export class FieldSet {
  /** Elements that are themselves in the set. */
  readonly members = new Set<PathElement>()
  /** What is in the set below an element. Never an empty set. */
  readonly children = new Map<PathElement, FieldSet>()

  static of(...paths: (readonly PathElement[])[]): FieldSet {
    const set = new FieldSet()
    for (const path of paths) set.insert(path)
    return set
  }

  /** Adds a path; the empty path, which is the object itself, is never kept. */
  insert(path: readonly PathElement[]): void {
    const last = path.at(-1)
    if (last === undefined) return
    let node: FieldSet = this
    for (const element of path.slice(0, -1)) {
      let child = node.children.get(element)
      if (child === undefined) {
        child = new FieldSet()
        node.children.set(element, child)
      }
      node = child
    }
    node.members.add(last)
  }

  isEmpty(): boolean {
    return this.members.size === 0 && this.children.size === 0
  }

  has(path: readonly PathElement[]): boolean {
    const last = path.at(-1)
    if (last === undefined) return false
    let node: FieldSet | undefined = this
    for (const element of path.slice(0, -1)) node = node?.children.get(element)
    return node?.members.has(last) ?? false
  }

  /** The paths below one element; empty when there are none. */
  below(element: PathElement): FieldSet {
    return this.children.get(element) ?? EMPTY
  }

  union(other: FieldSet): FieldSet {
    const result = new FieldSet()
    for (const member of this.members) result.members.add(member)
    for (const member of other.members) result.members.add(member)
    for (const [element, child] of this.children) {
      const twin = other.children.get(element)
      result.children.set(element, twin === undefined ? child : child.union(twin))
    }
    for (const [element, child] of other.children) {
      if (!this.children.has(element)) result.children.set(element, child)
    }
    return result
  }

  intersection(other: FieldSet): FieldSet {
    const result = new FieldSet()
    for (const member of this.members) {
      if (other.members.has(member)) result.members.add(member)
    }
    for (const [element, child] of this.children) {
      const twin = other.children.get(element)
      if (twin !== undefined) result.adopt(element, child.intersection(twin))
    }
    return result
  }

  /** The paths that are not in `other`; removing a field leaves the fields below it. */
  difference(other: FieldSet): FieldSet {
    const result = new FieldSet()
    for (const member of this.members) {
      if (!other.members.has(member)) result.members.add(member)
    }
    for (const [element, child] of this.children) {
      const twin = other.children.get(element)
      result.adopt(element, twin === undefined ? child : child.difference(twin))
    }
    return result
  }

  /** The paths that are neither in `other` nor below a path in it. */
  recursiveDifference(other: FieldSet): FieldSet {
    const result = new FieldSet()
    for (const member of this.members) {
      if (!other.members.has(member)) result.members.add(member)
    }
    for (const [element, child] of this.children) {
      if (other.members.has(element)) continue
      const twin = other.children.get(element)
      result.adopt(element, twin === undefined ? child : child.recursiveDifference(twin))
    }
    return result
  }

  equals(other: FieldSet): boolean {
    if (this.members.size !== other.members.size) return false
    if (this.children.size !== other.children.size) return false
    for (const member of this.members) if (!other.members.has(member)) return false
    for (const [element, child] of this.children) {
      const twin = other.children.get(element)
      if (twin === undefined || !child.equals(twin)) return false
    }
    return true
  }

  /** Every element at this level, once, in the order kube-apiserver prints them. */
  elements(): PathElement[] {
    return sortElements([...new Set([...this.members, ...this.children.keys()])])
  }

  /** Every path in printing order: the members of a level, then what is below its elements. */
  paths(prefix: readonly PathElement[] = []): PathElement[][] {
    const members = sortElements([...this.members]).map((element) => [...prefix, element])
    const below = sortElements([...this.children.keys()]).flatMap((element) =>
      this.below(element).paths([...prefix, element]),
    )
    return [...members, ...below]
  }

  /** Puts a subtree in place unless it is empty. */
  adopt(element: PathElement, child: FieldSet): void {
    if (!child.isEmpty()) this.children.set(element, child)
  }
}

/** Field names without surrogates are in the order that a plain sort gives, which is many times faster. */
function sortElements(elements: PathElement[]): PathElement[] {
  const isPlain = elements.every((element) => PLAIN_FIELD.test(element))
  return isPlain ? elements.sort() : elements.sort(comparePathElements)
}

const PLAIN_FIELD = /^f:[^\ud800-\udfff]*$/

const EMPTY = new FieldSet()
