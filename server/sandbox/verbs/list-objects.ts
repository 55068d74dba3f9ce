/** Consistent lists: now, at a version of the recent past, and page by page. https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions */

import type { Matcher } from '../api/contracts'
import { FUTURE_VERSION_WAIT_MS, LIST_LIMIT_MAX } from '../api/limits'
import { objectKey, resourceKey } from '../api/names'
import type { StoredObject } from '../api/object-json'
import { failure, type Outcome, success } from '../api/outcome'
import { badRequest, expired, versionTooLarge } from '../api/status-error'
import type { FieldSelector } from '../kinds/selectors'
import type { ServedKind } from '../kinds/served-kind'
import type { SandboxContext } from '../requests/context'
import type { Store } from '../storage/store'

export interface ListRequest {
  readonly kind: ServedKind
  /** '' lists all namespaces. */
  readonly namespace: string
  readonly labels: Matcher | undefined
  readonly fields: FieldSelector | undefined
  readonly limit: number
  readonly continueToken: string
  readonly resourceVersion: string
  readonly resourceVersionMatch: string
}

export interface ListPage {
  readonly items: readonly StoredObject[]
  readonly version: number
  readonly continueToken: string
  readonly remaining: number | undefined
}

/** One page. Waits a moment for a version of the near future, then answers 504. */
export async function listObjects(
  context: SandboxContext,
  request: ListRequest,
): Promise<Outcome<ListPage>> {
  if (request.continueToken !== '') return continueList(context.store, request)
  const asked = request.resourceVersion === '' ? 0 : Number(request.resourceVersion)
  if (asked > context.store.version) {
    await versionArrives(context.store, asked)
    if (asked > context.store.version) {
      return failure(versionTooLarge(asked, context.store.version))
    }
  }
  const isExact =
    request.resourceVersionMatch === 'Exact' ||
    (request.resourceVersionMatch === '' && asked > 0 && request.limit > 0)
  // A list from "any version" comes from the cache of a real API server, which does not page.
  const limit = request.resourceVersion === '0' ? 0 : request.limit
  return readPage(context.store, request, isExact ? asked : undefined, '', limit)
}

/** Resolves when the version is there, or after the bound. */
export async function versionArrives(store: Store, version: number): Promise<void> {
  if (store.version >= version) return
  await new Promise<void>((resolve) => {
    const finish = () => {
      clearTimeout(timer)
      unsubscribe()
      resolve()
    }
    const timer = setTimeout(finish, FUTURE_VERSION_WAIT_MS)
    const unsubscribe = store.subscribe((event) => {
      if (event.version >= version) finish()
    })
  })
}

function readPage(
  store: Store,
  request: ListRequest,
  exactVersion: number | undefined,
  startKey: string,
  limit: number,
): Outcome<ListPage> {
  const snapshot = snapshotAt(store, resourceKey(request.kind.resource), exactVersion)
  if (snapshot === undefined) return failure(expired(TOO_OLD))
  const version = exactVersion ?? store.version
  const items: StoredObject[] = []
  const bound = limit > 0 ? Math.min(limit, LIST_LIMIT_MAX) : Number.POSITIVE_INFINITY
  const keys = keysOf(request, snapshot)
  let last = ''
  for (let i = firstAtOrAfter(keys, startKey); i < keys.length; i += 1) {
    const key = keys[i] ?? ''
    const stored = snapshot.get(key)
    if (stored === undefined || !isListed(request, stored)) continue
    if (items.length >= bound) {
      return success({ items, version, ...rest(request, last, version, keys.length - i) })
    }
    items.push(stored)
    last = key
  }
  return success({ items, version, continueToken: '', remaining: undefined })
}

/** Where the next page begins. How many follow is only known without selectors. */
function rest(
  request: ListRequest,
  last: string,
  version: number,
  count: number,
): Pick<ListPage, 'continueToken' | 'remaining'> {
  const hasSelector = request.labels !== undefined || request.fields !== undefined
  return {
    continueToken: encodeContinue(version, last === '' ? '' : startAfter(request, last)),
    remaining: hasSelector ? undefined : count,
  }
}

const TOO_OLD =
  'The provided resource version is too old: a list at it is no longer possible; list again without it'

interface Snapshot {
  readonly keys: readonly string[]
  get(key: string): StoredObject | undefined
}

/** The objects of a resource as they were; undefined when the history does not reach back that far. */
function snapshotAt(
  store: Store,
  resource: string,
  version: number | undefined,
): Snapshot | undefined {
  const index = store.objects(resource)
  const now: Snapshot = { keys: index.keys(), get: (key) => index.stored(key) }
  if (version === undefined || version >= store.version) return now
  const events = store.history(resource).since(version)
  if (events === undefined) return undefined
  if (events.length === 0) return now
  // Undo what happened since: the first change after the version knows what was there before it.
  const before = new Map<string, StoredObject | undefined>()
  for (const event of events) {
    if (!before.has(event.key)) before.set(event.key, event.before)
  }
  const keys = new Set(now.keys)
  for (const [key, object] of before) {
    if (object === undefined) keys.delete(key)
    else keys.add(key)
  }
  return {
    keys: [...keys].sort(),
    get: (key) => (before.has(key) ? before.get(key) : now.get(key)),
  }
}

function keysOf(request: ListRequest, snapshot: Snapshot): readonly string[] {
  const name = request.fields?.name
  const isOne =
    name !== undefined && (request.namespace !== '' || !request.kind.resource.namespaced)
  if (isOne) return [objectKey(request.namespace, name)]
  if (request.namespace === '') return snapshot.keys
  const start = firstAtOrAfter(snapshot.keys, `${request.namespace}/`)
  const end = firstAtOrAfter(snapshot.keys, `${request.namespace}0`)
  return snapshot.keys.slice(start, end)
}

/** Index of the first key that is not before `key`. The namespace's keys end before `namespace0`, because 0 follows /. */
function firstAtOrAfter(keys: readonly string[], key: string): number {
  let low = 0
  let high = keys.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((keys[middle] ?? '') < key) low = middle + 1
    else high = middle
  }
  return low
}

function isListed(request: ListRequest, { object }: StoredObject): boolean {
  if (request.labels !== undefined && !request.labels(object)) return false
  return request.fields === undefined || request.fields.matches(object)
}

/** The key after the last item, relative to the request's namespace as etcd keys are. */
function startAfter(request: ListRequest, last: string): string {
  const isRelative = request.namespace !== '' || !request.kind.resource.namespaced
  return `${isRelative ? last.slice(last.indexOf('/') + 1) : last}\0`
}

function encodeContinue(version: number, start: string): string {
  const token = `{"v":"meta.k8s.io/v1","rv":${version},"start":${JSON.stringify(start)}}`
  return Buffer.from(token).toString('base64url')
}

function continueList(store: Store, request: ListRequest): Outcome<ListPage> {
  const token = decodeContinue(request.continueToken)
  if (typeof token === 'string') return failure(badRequest(`invalid continue token: ${token}`))
  if (request.resourceVersion !== '' && request.resourceVersion !== '0') {
    return failure(badRequest('specifying resource version is not allowed when using continue'))
  }
  const isRelative = request.namespace !== '' || !request.kind.resource.namespaced
  const start = isRelative ? objectKey(request.namespace, token.start) : token.start
  // -1 continues at the newest version: what an expired token offers instead.
  const version = token.version < 0 ? undefined : token.version
  const page = readPage(store, request, version, start, request.limit)
  if (page.ok || page.error.code !== 410) return page
  return failure(expiredContinue(token.start))
}

function expiredContinue(start: string) {
  const message =
    'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.'
  return { ...expired(message), continueToken: encodeContinue(-1, start) }
}

function decodeContinue(text: string): { version: number; start: string } | string {
  const problem = base64UrlProblem(text)
  if (problem !== undefined) return `continue key is not valid: ${problem}`
  const bytes = Buffer.from(text, 'base64url')
  let token: unknown
  try {
    token = JSON.parse(bytes.toString('utf8'))
  } catch {
    const first = String.fromCharCode(bytes[0] ?? 0)
    return `continue key is not valid: invalid character '${first}' looking for beginning of value`
  }
  if (typeof token !== 'object' || token === null) return 'continue key is not valid'
  const { v, rv, start } = token as { v?: unknown; rv?: unknown; start?: unknown }
  if (v !== 'meta.k8s.io/v1')
    return `continue key is not valid: server does not recognize this encoded version "${String(v ?? '')}"`
  if (typeof rv !== 'number' || rv === 0) {
    return 'continue key is not valid: incorrect encoded start resourceVersion (version meta.k8s.io/v1)'
  }
  if (typeof start !== 'string' || start === '') {
    return 'continue key is not valid: encoded start key empty (version meta.k8s.io/v1)'
  }
  // A key that climbs out of its resource.
  return /(^|\/)\.\.(\/|$)/.test(start)
    ? `continue key is not valid: ${start}`
    : { version: rv, start }
}

/** Tokens are base64url without padding. */
function base64UrlProblem(text: string): string | undefined {
  const at = text.search(/[^A-Za-z0-9_-]/)
  return at < 0 ? undefined : `illegal base64 data at input byte ${at}`
}
