/** The API for controllers in the same process: same admission and storage, no HTTP. */
import type { ResourceKind } from '@/lib/gateway-api/kinds'
import type { KubernetesObject } from '@/lib/gateway-api/types'
import {
  type ApiObject,
  asApiObject,
  asJson,
  asKubernetesObject,
  metadataOf,
  textAt,
} from '../api/api-object'
import type { ApiClient, ApiResult } from '../api/contracts'
import { groupVersionOf, objectKey, resourceKey } from '../api/names'
import type { ApiStatus, Outcome } from '../api/outcome'
import { notFound, pageNotFound } from '../api/status-error'
import { decodeTyped } from '../decode/decode-body'
import type { ServedKind } from '../kinds/served-kind'
import type { SandboxContext, WriteOptions } from '../requests/context'
import type { WatchHub } from '../storage/watch-hub'
import { createObject } from './create-object'
import { deleteObject } from './delete-object'
import { updateObject } from './update-object'
import { inVersion } from './write-object'

/** Field manager of what the sandbox itself writes. */
export const LOCAL_MANAGER = 'mirrorboard-sandbox'

const OPTIONS: WriteOptions = { manager: LOCAL_MANAGER, isDryRun: false }

/** An in-process client. Objects it returns are frozen: copy before changing. */
export function localClient(
  context: SandboxContext & { readonly hub: WatchHub },
  options: WriteOptions = OPTIONS,
): ApiClient {
  const withKind = async (
    resource: ResourceKind,
    work: (kind: ServedKind) => Promise<Outcome<ApiObject>>,
  ): Promise<ApiResult> => {
    const kind = context.kinds.of(resource)
    return kind === undefined ? refused(pageNotFound()) : toResult(await work(kind))
  }
  return {
    list: (resource, namespace) => listLocal(context, resource, namespace),
    get(resource, namespace, name) {
      const found = context.store.get(resourceKey(resource), keyOf(resource, namespace, name))
      return found === undefined ? undefined : asKubernetesObject(inServedVersion(resource, found))
    },
    create: (resource, object) =>
      withKind(resource, async (kind) => {
        const decoded = decodeTyped(kind, typed(kind, object))
        if (!decoded.ok) return decoded
        const namespace = kind.resource.namespaced ? (object.metadata.namespace ?? 'default') : ''
        return createObject(context, { kind, namespace, object: decoded.value.object, options })
      }),
    update: (resource, object) =>
      withKind(resource, (kind) => write(context, kind, object, '', options)),
    updateStatus: (resource, object) =>
      withKind(resource, (kind) => write(context, kind, object, 'status', options)),
    delete: (resource, namespace, name, deletion = {}) =>
      withKind(resource, async (kind) => {
        const live = context.store.head(resourceKey(resource), keyOf(resource, namespace, name))
        if (live === undefined) return { ok: false, error: notFound(resource, name) }
        const outcome = await deleteObject(context, kind, live, {
          isDryRun: false,
          propagationPolicy: deletion.propagationPolicy,
          gracePeriodSeconds: deletion.gracePeriodSeconds,
          uid: deletion.uid,
          resourceVersion: undefined,
        })
        return outcome.ok ? { ok: true, value: outcome.value.object } : outcome
      }),
    watch: (resource, handler) => watchLocal(context, resource, handler),
  }
}

/** What exists, then every change. What it lost, it is told anew. */
function watchLocal(
  context: SandboxContext & { readonly hub: WatchHub },
  resource: ResourceKind,
  handler: Parameters<ApiClient['watch']>[1],
): () => void {
  let end = begin()
  function begin(): () => void {
    const subscribed = context.hub.subscribe(resourceKey(resource), undefined, {
      onEvent: (event) => {
        const object = asKubernetesObject(inServedVersion(resource, event.object))
        handler({ type: event.type, object })
      },
      onLost: () => {
        end = begin()
      },
    })
    for (const object of listLocal(context, resource)) handler({ type: 'ADDED', object })
    return subscribed.ok ? subscribed.value.end : () => undefined
  }
  return () => end()
}

function keyOf(resource: ResourceKind, namespace: string, name: string): string {
  return objectKey(resource.namespaced ? namespace : '', name)
}

function inServedVersion(resource: ResourceKind, object: ApiObject): ApiObject {
  const apiVersion = groupVersionOf(resource)
  return object.apiVersion === apiVersion ? object : { ...object, apiVersion }
}

function listLocal(
  context: SandboxContext,
  resource: ResourceKind,
  namespace?: string,
): KubernetesObject[] {
  const index = context.store.objects(resourceKey(resource))
  return index
    .keys()
    .filter((key) => namespace === undefined || key.startsWith(`${namespace}/`))
    .flatMap((key) => index.get(key) ?? [])
    .map((object) => asKubernetesObject(inServedVersion(resource, object)))
}

/** The object with its apiVersion and kind, whatever the caller filled in. */
function typed(kind: ServedKind, object: KubernetesObject) {
  return asApiObject({
    ...asJson(object),
    apiVersion: groupVersionOf(kind.resource),
    kind: kind.resource.kind,
  })
}

async function write(
  context: SandboxContext,
  kind: ServedKind,
  object: KubernetesObject,
  subresource: '' | 'status',
  options: WriteOptions,
): Promise<Outcome<ApiObject>> {
  const decoded = decodeTyped(kind, typed(kind, object))
  if (!decoded.ok) return decoded
  const json = decoded.value.object
  const namespace = textAt(metadataOf(json), 'namespace')
  const { name } = object.metadata
  const found = context.store.head(
    resourceKey(kind.resource),
    keyOf(kind.resource, namespace, name),
  )
  if (found === undefined) return { ok: false, error: notFound(kind.resource, name) }
  const live = inVersion(kind, found)
  return updateObject(context, { kind, namespace, name, object: json, live, subresource, options })
}

function toResult(outcome: Outcome<ApiObject>): ApiResult {
  return outcome.ok
    ? { ok: true, object: asKubernetesObject(outcome.value) }
    : refused(outcome.error)
}

function refused(error: ApiStatus): ApiResult {
  const { code, reason, message } = error
  return { ok: false, code, reason, message }
}
