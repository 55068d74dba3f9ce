/** Sessions that were signed out before their time: a copied cookie is worth nothing afterwards, also after a restart. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { Session } from './session'

const FILE = 'revoked-sessions'
/** Beyond it the one that would end first is forgotten; its cookie then lives on to its own end. */
const REVOKED_MAX = 10_000
const fileShape = z.array(z.tuple([z.string(), z.number()]))

export class RevokedSessions {
  readonly #path: string
  readonly #directory: string
  /** Session id → when its last cookie ends. */
  readonly #ends: Map<string, number>

  constructor(directory: string) {
    this.#directory = directory
    this.#path = join(directory, FILE)
    this.#ends = new Map(readEnds(this.#path))
  }

  has(session: Session): boolean {
    return this.#ends.has(session.id)
  }

  /** Keeps it on disk before it returns. Throws the system's error when that can't be done. */
  add(session: Session, end: number, now: number): void {
    this.#ends.set(session.id, end)
    for (const [id, ends] of this.#ends) if (ends <= now) this.#ends.delete(id)
    while (this.#ends.size > REVOKED_MAX) this.#ends.delete(this.#first())
    mkdirSync(this.#directory, { recursive: true, mode: 0o700 })
    writeFileSync(`${this.#path}.new`, JSON.stringify([...this.#ends]), { mode: 0o600 })
    renameSync(`${this.#path}.new`, this.#path)
  }

  #first(): string {
    let first = ''
    let least = Number.POSITIVE_INFINITY
    for (const [id, end] of this.#ends) {
      if (end >= least) continue
      first = id
      least = end
    }
    return first
  }
}

function readEnds(path: string): readonly (readonly [string, number])[] {
  try {
    return fileShape.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    return []
  }
}
