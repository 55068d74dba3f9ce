/** What is in a list carries its own neighbours there: null outside of one, and at its ends. It is in one list at most. */
export interface Listed<Item> {
  earlier: Item | null
  later: Item | null
}

/**
 * What is under way, in the order it was added. A Set would do the same, but a Set that has seen an add and a delete for each
 * request was rebuilt many times, each of its old tables points to the next one, and so one of them that grew old keeps
 * every later one, with all it held, until the next full collection.
 */
export class InFlight<Item extends Listed<Item>> {
  size = 0
  private first: Item | null = null
  private last: Item | null = null

  /** The one added first; null when there is none. */
  get oldest(): Item | null {
    return this.first
  }

  /** Adds one that is in no list, as the last. */
  add(item: Item): void {
    item.earlier = this.last
    if (this.last === null) this.first = item
    else this.last.later = item
    this.last = item
    this.size++
  }

  /** Takes one out; false when it was not in. */
  delete(item: Item): boolean {
    const { earlier, later } = item
    if (earlier === null && this.first !== item) return false
    if (earlier === null) this.first = later
    else earlier.later = later
    if (later === null) this.last = earlier
    else later.earlier = earlier
    item.earlier = null
    item.later = null
    this.size--
    return true
  }

  /** All of now: what a caller does to one may take out others. */
  toArray(): Item[] {
    const items: Item[] = []
    for (let item = this.first; item !== null; item = item.later) items.push(item)
    return items
  }
}
