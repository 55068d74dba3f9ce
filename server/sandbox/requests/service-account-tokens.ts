/**
 * Who comes with a token: the administrator's, one of a token file, or one of a service account. The last are signed with the server's own token, so they end with it, and
 * hold as long as their service account does.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { JsonObject, JsonValue } from '@/lib/shared/json'
import { isJsonObject } from '@/lib/shared/json-values'
import { integerAt, objectAt, textAt, uidOf } from '../api/api-object'
import { TOKEN_BYTES_MAX } from '../api/limits'
import { objectKey } from '../api/names'
import type { Store } from '../storage/store'

/** Who a request comes from, as SelfSubjectReview tells it. */
export interface User {
  readonly username: string
  readonly uid?: string
  readonly groups: readonly string[]
  readonly extra?: Readonly<Record<string, readonly string[]>>
}

const ADMINISTRATOR: User = {
  username: 'sandbox-admin',
  groups: ['system:masters', 'system:authenticated'],
}

/** A token of people, with whom it is of. */
export interface StaticToken {
  readonly token: string
  readonly user: User
}

/** Makes and reads tokens. `secret` is the token that opens everything, `statics` are those of people. */
export class ServiceAccountTokens {
  readonly #secret: string
  /** By digest, so that how long a look-up takes says nothing about a token. */
  readonly #statics: ReadonlyMap<string, User>
  readonly #store: Store
  readonly #now: () => number

  constructor(
    secret: string,
    store: Store,
    now: () => number,
    statics: readonly StaticToken[] = [],
  ) {
    this.#secret = secret
    this.#statics = new Map(statics.map(({ token, user }) => [digestOf(token), user]))
    this.#store = store
    this.#now = now
  }

  /** Who an Authorization header is of; undefined for nobody. Compared in a time that says nothing about where texts differ. */
  userOf(authorization: string | undefined): User | undefined {
    const given = authorization ?? ''
    if (isSame(given, `Bearer ${this.#secret}`)) return ADMINISTRATOR
    if (!given.startsWith('Bearer ') || given.length > TOKEN_BYTES_MAX) return undefined
    const person = this.#statics.get(digestOf(given.slice('Bearer '.length)))
    if (person !== undefined) return person
    const [header = '', claims = '', signature = ''] = given.slice('Bearer '.length).split('.')
    if (!isSame(signature, this.#sign(`${header}.${claims}`))) return undefined
    return this.#userWith(JSON.parse(Buffer.from(claims, 'base64url').toString()) as JsonValue)
  }

  #userWith(claims: JsonValue): User | undefined {
    if (!isJsonObject(claims) || (integerAt(claims, 'exp') ?? 0) * 1000 < this.#now())
      return undefined
    const place = objectAt(claims, 'kubernetes.io')
    const account = objectAt(place, 'serviceaccount')
    const [namespace, name, uid] = [
      textAt(place, 'namespace'),
      textAt(account, 'name'),
      textAt(account, 'uid'),
    ]
    const found = this.#store.get('/serviceaccounts', objectKey(namespace, name))
    if (found === undefined || uidOf(found) !== uid) return undefined
    const groups = ['system:serviceaccounts', `system:serviceaccounts:${namespace}`]
    return {
      username: textAt(claims, 'sub'),
      uid,
      groups: [...groups, 'system:authenticated'],
    }
  }

  /** A signed token with these claims. */
  issue(claims: JsonObject): string {
    const encode = (value: JsonObject) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const content = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`
    return `${content}.${this.#sign(content)}`
  }

  #sign(content: string): string {
    return createHmac('sha256', this.#secret).update(content).digest('base64url')
  }
}

function digestOf(token: string): string {
  return createHash('sha256').update(token).digest('base64')
}

function isSame(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)]
  return a.length === b.length && timingSafeEqual(a, b)
}
