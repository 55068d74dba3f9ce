import { once } from './once'

/** Those who want to be called, in the order they joined. */
export class Listeners<Told extends readonly unknown[]> {
  readonly #joined = new Set<{ readonly call: (...told: Told) => void }>()

  get size(): number {
    return this.#joined.size
  }

  /**
   * Calls back from now on; returns what ends that. Every call of it is a joining of its own, also with a function that
   * has joined before: its end ends nothing else, however often and late it is called.
   */
  add(call: (...told: Told) => void): () => void {
    const joining = { call }
    this.#joined.add(joining)
    return once(() => this.#joined.delete(joining))
  }

  /** Calls all of them. One that leaves meanwhile, by its own doing or another's, is not called any more. */
  tell(...told: Told): void {
    for (const { call } of this.#joined) call(...told)
  }
}
