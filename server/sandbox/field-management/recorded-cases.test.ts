/** Replays recorded kube-apiserver writes through the pure functions alone: decode, patch, default, own. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import type { JsonObject, JsonValue } from '@/lib/shared/json'
import { isJsonObject } from '@/lib/shared/json-values'
import { admitObject } from '@/lib/validation/admit-object'
import { type CompiledSchema, compileSchema } from '@/lib/validation/compiled-schema'
import type { Refusal } from '../api/refusal'
import { decodePatch } from '../patch/decode-patch'
import { jsonPatch } from '../patch/json-patch'
import { mergePatch } from '../patch/merge-patch'
import { applyServerSide } from './apply-server-side'
import { keepTimes } from './keep-times'
import { withManagedFields } from './managed-fields'
import { trackUpdate } from './track-update'

const cases = new URL('../../../../shared/kube-apiserver-cases/', import.meta.url)
const isPresent = existsSync(cases)

interface Operation {
  method?: string
  path?: string
  ct?: string
  body?: JsonValue
  sleep?: number
}
interface Case {
  setup?: Operation[]
  http?: Operation
  kubectl?: string[]
}

const GATEWAY_API = 'gateway.networking.k8s.io/v1'
const kinds = new Map(
  [
    ['httproutes', 'HTTPRoute'],
    ['gateways', 'Gateway'],
  ].map(([plural, kind]) => {
    const file = new URL(
      `../../../lib/gateway-api/schema/standard/gateway.networking.k8s.io_${plural}.yaml`,
      import.meta.url,
    )
    const crd = parse(readFileSync(file, 'utf8'))
    const version = crd.spec.versions.find((v: { name: string }) => v.name === 'v1')
    const schema: JsonObject = version.schema.openAPIV3Schema
    return [
      plural ?? '',
      {
        schema,
        compiled: compileSchema(schema, {
          group: 'gateway.networking.k8s.io',
          version: 'v1',
          kind: kind ?? '',
          messageForm: 'before-1.34',
        }),
      },
    ]
  }),
)

interface Target {
  key: string
  kind: { schema: JsonObject; compiled: CompiledSchema }
  subresource: string
  manager: string | null
  force: boolean
  isDryRun: boolean
  before: JsonObject | null
}

type Written = JsonObject | Refusal | undefined

/** The write path of an API server, reduced to what decides managedFields. Undefined is a refusal of its own. */
class Writer {
  readonly stored = new Map<string, JsonObject>()
  /** The recordings ran within one second. */
  readonly now = Date.UTC(2026, 10, 23, 7, 31, 37)

  run(operation: Operation): Written {
    const target = this.#target(operation)
    if (target === undefined) return undefined
    const requested = this.#requested(operation, target)
    if (requested === undefined || isRefusal(requested)) return requested
    const object = this.#write(operation, target, requested)
    if (object !== undefined && !target.isDryRun) this.stored.set(target.key, object)
    return object
  }

  #target(operation: Operation): Target | undefined {
    const url = new URL(operation.path ?? '', 'http://localhost')
    const [plural = '', name, subresource = ''] = url.pathname
      .replace('/apis/gateway.networking.k8s.io/v1/namespaces/oc/', '')
      .split('/')
    const kind = kinds.get(plural)
    const key = `${plural}/${name ?? nameIn(operation.body)}`
    if (kind === undefined) return undefined
    return {
      key,
      kind,
      subresource,
      manager: url.searchParams.get('fieldManager'),
      force: url.searchParams.get('force') === 'true',
      isDryRun: url.searchParams.has('dryRun'),
      before: this.stored.get(key) ?? null,
    }
  }

  #write(
    operation: Operation,
    { kind, subresource, manager, before }: Target,
    requested: JsonObject,
  ): JsonObject | undefined {
    const admitted = admitObject(kind.compiled, withNamespace(requested), {
      operation: before === null ? 'create' : 'update',
      ...(before === null ? {} : { old: before }),
      ...(subresource === 'status' ? { subresource } : {}),
    })
    if (admitted.errors.length > 0) return undefined
    const sent = withManagedFields(admitted.object, fieldsOf(requested))
    const isApply = operation.ct === 'application/apply-patch+yaml'
    const request = { before, after: sent, manager: manager ?? 'unknown', subresource }
    const tracked = { ...request, apiVersion: GATEWAY_API, schema: kind.schema, now: this.now }
    const after = isApply ? sent : withManagedFields(sent, trackUpdate(tracked))
    return before === null ? withUid(after) : keepTimes(before, after)
  }

  #requested({ method, ct, body = null }: Operation, target: Target): Written {
    const isObject = isJsonObject(body)
    if (method === 'POST' && isObject) return body
    if (method === 'PUT' && isObject && target.before !== null) return body
    if (method !== 'PATCH') return undefined
    if (ct === 'application/apply-patch+yaml')
      return isObject ? this.#apply(body, target) : undefined
    if (target.before === null) return undefined
    return patched(target.before, ct, typeof body === 'string' ? body : JSON.stringify(body))
  }

  #apply(applied: JsonObject, { before, kind, manager, force, subresource }: Target): Written {
    if (manager === null) return undefined
    const outcome = applyServerSide({
      live: before,
      applied,
      manager,
      force,
      schema: kind.schema,
      apiVersion: GATEWAY_API,
      kind: kind.compiled.kind,
      subresource,
      now: this.now,
    })
    return outcome.ok ? outcome.object : outcome
  }
}

function patched(before: JsonObject, contentType: string | undefined, text: string): Written {
  const type = contentType === 'application/json-patch+json' ? 'json' : 'merge'
  const decoded = decodePatch(text, type)
  if (!decoded.ok) return decoded
  const apply = type === 'json' ? jsonPatch : mergePatch
  const outcome = apply(before, decoded.patch)
  return outcome.ok ? outcome.object : outcome
}

const ROUTE = '/apis/gateway.networking.k8s.io/v1/namespaces/oc/httproutes/r1'

/** Applies with force, as kubectl does; a refusal fails the test. */
function forceApply(writer: Writer, manager: string, body: JsonObject): JsonObject {
  const path = `${ROUTE}?fieldManager=${manager}&force=true`
  const written = writer.run({ method: 'PATCH', path, ct: 'application/apply-patch+yaml', body })
  if (written === undefined || isRefusal(written)) throw new Error('the apply was refused')
  return written
}

function metadataOf(object: JsonObject): JsonObject {
  return isJsonObject(object['metadata']) ? object['metadata'] : {}
}

function isRefusal(value: JsonObject | Refusal): value is Refusal {
  return value['ok'] === false && typeof value['code'] === 'number'
}
function nameIn(body: JsonValue | undefined): string {
  const metadata = isJsonObject(body) ? body['metadata'] : undefined
  return isJsonObject(metadata) ? String(metadata['name']) : ''
}
function fieldsOf(object: JsonObject): JsonObject[] | undefined {
  const metadata = object['metadata']
  const fields = isJsonObject(metadata) ? metadata['managedFields'] : undefined
  return Array.isArray(fields) ? fields.filter(isJsonObject) : undefined
}
function withNamespace(object: JsonObject): JsonObject {
  const metadata = isJsonObject(object['metadata']) ? object['metadata'] : {}
  return { ...object, metadata: { ...metadata, namespace: 'oc' } }
}
function withUid(object: JsonObject): JsonObject {
  const metadata = isJsonObject(object['metadata']) ? object['metadata'] : {}
  return { ...object, metadata: { ...metadata, uid: 'u' } }
}

/** Entries in order, with only whether they have a time. */
function comparable(entries: JsonValue | undefined): JsonValue {
  if (!Array.isArray(entries)) return []
  return entries.map((entry) =>
    isJsonObject(entry) ? { ...entry, time: entry['time'] !== undefined } : entry,
  )
}

function read(name: string, file: string): string | undefined {
  const url = new URL(`${name}/${file}`, cases)
  return existsSync(url) ? readFileSync(url, 'utf8') : undefined
}

function writesOf(name: string): { recorded: Case; answer: JsonObject } | undefined {
  const recorded: Case = JSON.parse(read(name, 'case.json') ?? '{}')
  const { http } = recorded
  if (http?.method !== 'POST' && http?.method !== 'PUT' && http?.method !== 'PATCH')
    return undefined
  const text = read(name, 'status.json')
  if (text === undefined || !text.startsWith('{')) return undefined
  return { recorded, answer: JSON.parse(text) }
}

const names = isPresent ? readdirSync(cases).filter((name) => /^\d+-/.test(name)) : []

describe.skipIf(!isPresent)('as a recorded kube-apiserver (shared cases)', () => {
  const objects = names.filter((name) => {
    const written = writesOf(name)
    const path = written?.recorded.http?.path ?? ''
    return (
      written !== undefined &&
      /"managedFields"/.test(JSON.stringify(written.answer['metadata'] ?? {})) &&
      /v1\/namespaces\/oc\/(httproutes|gateways)/.test(path) &&
      // Needs generateName, deletion or the discarded name of a POST to an item, which are the server's.
      !/generatename|finalizer|post-on-item/.test(name)
    )
  })

  test.each(objects)('%s ends with the recorded owners', (name) => {
    const written = writesOf(name)
    const writer = new Writer()
    for (const operation of written?.recorded.setup ?? []) writer.run(operation)
    const object = writer.run(written?.recorded.http ?? {}) ?? {}
    if (isRefusal(object)) throw new Error(object.message)
    const metadata = written?.answer['metadata']
    const recorded = isJsonObject(metadata) ? metadata['managedFields'] : undefined
    expect(comparable(fieldsOf(object))).toEqual(comparable(recorded))
    expect(object['spec']).toEqual(written?.answer['spec'])
  })

  const refusals = names.filter((name) =>
    /^(125|140|143|145|146|173|175|176|178|181|185|188|190|191)-/.test(name),
  )

  test.each(refusals)('%s is refused in the recorded words', (name) => {
    const written = writesOf(name)
    const writer = new Writer()
    for (const operation of written?.recorded.setup ?? []) writer.run(operation)
    const refusal = writer.run(written?.recorded.http ?? {})
    expect(refusal).toMatchObject({
      ok: false,
      code: written?.answer['code'],
      reason: written?.answer['reason'] ?? '',
      message: written?.answer['message'],
    })
    const details = written?.answer['details']
    const causes = isJsonObject(details) ? (details['causes'] ?? []) : []
    expect(refusal).toMatchObject({ causes })
  })

  /** What `kubectl apply --server-side --force-conflicts` sends after a client-side apply. */
  test('340-apply-force-conflicts-after-csa ends with the recorded owners', () => {
    const name = '340-apply-force-conflicts-after-csa'
    const recorded: Case = JSON.parse(read(name, 'case.json') ?? '')
    const after: JsonObject = JSON.parse(read(name, 'after.json') ?? '')
    const config = parse(read(name, 'request.yaml') ?? '')
    const writer = new Writer()
    for (const operation of recorded.setup ?? []) writer.run(operation)
    const annotations = metadataOf(forceApply(writer, 'kubectl', config))['annotations'] ?? {}
    const owned = forceApply(writer, 'kubectl-last-applied', {
      apiVersion: GATEWAY_API,
      kind: 'HTTPRoute',
      metadata: { name: 'r1', namespace: 'oc', annotations },
    })
    const kept = (fieldsOf(owned) ?? []).filter(
      (entry) => entry['manager'] !== 'kubectl-client-side-apply',
    )
    expect(kept).toHaveLength(2)
    writer.run({
      method: 'PATCH',
      path: ROUTE,
      ct: 'application/json-patch+json',
      body: [{ op: 'replace', path: '/metadata/managedFields', value: kept }],
    })
    const object = forceApply(writer, 'kubectl', config)
    expect(comparable(fieldsOf(object))).toEqual(comparable(fieldsOf(after)))
    expect(annotations).toEqual(metadataOf(after)['annotations'])
    expect(object['spec']).toEqual(after['spec'])
  })

  test('replays enough cases to mean something', () => {
    expect(objects.length).toBeGreaterThan(15)
    expect(refusals.length).toBeGreaterThan(10)
  })
})
