/** Any JSON object → an HTTPRoute the lints can walk: what has the wrong type is left out, places in lists are kept. */
import { type NamespacedName, namespacedName } from '@/lib/gateway-api/references'
import type {
  BackendObjectReference,
  HTTPBackendRef,
  HTTPHeaderFilter,
  HTTPHeaderMatch,
  HTTPPathModifier,
  HTTPRequestMirrorFilter,
  HTTPRoute,
  HTTPRouteFilter,
  HTTPRouteMatch,
  HTTPRouteRule,
  ParentReference,
  ReferenceGrant,
} from '@/lib/gateway-api/types'
import type { ServiceFacts } from './cluster-facts'

type Fields = Readonly<Record<string, unknown>>

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : {}
}

/** `{ key: value }` when the value passes, else nothing, so that absent stays absent. */
function text<Key extends string>(fields: Fields, key: Key): { [name in Key]?: string } {
  const value = Object.hasOwn(fields, key) ? fields[key] : undefined
  return typeof value === 'string' ? ({ [key]: value } as { [name in Key]?: string }) : {}
}

function number<Key extends string>(fields: Fields, key: Key): { [name in Key]?: number } {
  const value = Object.hasOwn(fields, key) ? fields[key] : undefined
  return typeof value === 'number' ? ({ [key]: value } as { [name in Key]?: number }) : {}
}

function annotations(metadata: Fields): { annotations?: Record<string, string> } {
  const entries = Object.entries(fieldsOf(metadata['annotations'])).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  )
  return entries.length === 0 ? {} : { annotations: Object.fromEntries(entries) }
}

function list<Item>(value: unknown, read: (fields: Fields) => Item): Item[] | undefined {
  return Array.isArray(value) ? value.map((item) => read(fieldsOf(item))) : undefined
}

function texts(value: unknown): string[] | undefined {
  return Array.isArray(value)
    ? value.map((item) => (typeof item === 'string' ? item : ''))
    : undefined
}

function named(fields: Fields): { name: string } {
  return { name: text(fields, 'name').name ?? '' }
}

function readReference(fields: Fields): BackendObjectReference {
  return {
    ...named(fields),
    ...text(fields, 'group'),
    ...text(fields, 'kind'),
    ...text(fields, 'namespace'),
    ...number(fields, 'port'),
  }
}

function readParent(fields: Fields): ParentReference {
  return { ...readReference(fields), ...text(fields, 'sectionName') }
}

function readValueMatch(fields: Fields): HTTPHeaderMatch {
  const { type } = text(fields, 'type')
  return {
    ...named(fields),
    ...(type === 'Exact' || type === 'RegularExpression' ? { type } : {}),
    value: text(fields, 'value').value ?? '',
  }
}

function readMatch(fields: Fields): HTTPRouteMatch {
  const path = fieldsOf(fields['path'])
  const { type } = text(path, 'type')
  const isKnown = type === 'Exact' || type === 'PathPrefix' || type === 'RegularExpression'
  const headers = list(fields['headers'], readValueMatch)
  const queryParams = list(fields['queryParams'], readValueMatch)
  return {
    ...(isFields(fields['path'])
      ? { path: { ...(isKnown ? { type } : {}), ...text(path, 'value') } }
      : {}),
    ...text(fields, 'method'),
    ...(headers === undefined ? {} : { headers }),
    ...(queryParams === undefined ? {} : { queryParams }),
  }
}

function readModifier(fields: Fields): HTTPHeaderFilter {
  const pair = (header: Fields) => ({
    ...named(header),
    value: text(header, 'value').value ?? '',
  })
  const set = list(fields['set'], pair)
  const add = list(fields['add'], pair)
  const remove = texts(fields['remove'])
  return {
    ...(set === undefined ? {} : { set }),
    ...(add === undefined ? {} : { add }),
    ...(remove === undefined ? {} : { remove }),
  }
}

function readMirror(fields: Fields): HTTPRequestMirrorFilter {
  const fraction = fieldsOf(fields['fraction'])
  const { numerator } = number(fraction, 'numerator')
  return {
    backendRef: readReference(fieldsOf(fields['backendRef'])),
    ...number(fields, 'percent'),
    ...(numerator === undefined
      ? {}
      : { fraction: { numerator, ...number(fraction, 'denominator') } }),
  }
}

function readPathModifier(value: unknown): { path?: HTTPPathModifier } {
  const fields = fieldsOf(value)
  const { type } = text(fields, 'type')
  if (type !== 'ReplaceFullPath' && type !== 'ReplacePrefixMatch') return {}
  const replacement = { ...text(fields, 'replaceFullPath'), ...text(fields, 'replacePrefixMatch') }
  return { path: { type, ...replacement } }
}

function readRedirect(fields: Fields): NonNullable<HTTPRouteFilter['requestRedirect']> {
  const { scheme } = text(fields, 'scheme')
  return {
    ...(scheme === 'http' || scheme === 'https' ? { scheme } : {}),
    ...text(fields, 'hostname'),
    ...readPathModifier(fields['path']),
    ...number(fields, 'port'),
    ...number(fields, 'statusCode'),
  }
}

function readFilter(fields: Fields): HTTPRouteFilter {
  const { requestHeaderModifier, responseHeaderModifier, requestMirror } = fields
  const { requestRedirect, urlRewrite, extensionRef, cors } = fields
  const extension = fieldsOf(extensionRef)
  const rewrite = fieldsOf(urlRewrite)
  return {
    type: text(fields, 'type').type ?? '',
    ...(isFields(requestHeaderModifier)
      ? { requestHeaderModifier: readModifier(requestHeaderModifier) }
      : {}),
    ...(isFields(responseHeaderModifier)
      ? { responseHeaderModifier: readModifier(responseHeaderModifier) }
      : {}),
    ...(isFields(requestMirror) ? { requestMirror: readMirror(requestMirror) } : {}),
    ...(isFields(requestRedirect) ? { requestRedirect: readRedirect(requestRedirect) } : {}),
    ...(isFields(urlRewrite)
      ? { urlRewrite: { ...text(rewrite, 'hostname'), ...readPathModifier(rewrite['path']) } }
      : {}),
    ...(isFields(cors) ? { cors: {} } : {}),
    ...(isFields(extensionRef)
      ? {
          extensionRef: {
            ...named(extension),
            group: text(extension, 'group').group ?? '',
            kind: text(extension, 'kind').kind ?? '',
          },
        }
      : {}),
  }
}

function readBackend(fields: Fields): HTTPBackendRef {
  const filters = list(fields['filters'], readFilter)
  return {
    ...readReference(fields),
    ...number(fields, 'weight'),
    ...(filters === undefined ? {} : { filters }),
  }
}

function readRule(fields: Fields): HTTPRouteRule {
  const matches = list(fields['matches'], readMatch)
  const filters = list(fields['filters'], readFilter)
  const backendRefs = list(fields['backendRefs'], readBackend)
  const timeouts = fieldsOf(fields['timeouts'])
  return {
    ...text(fields, 'name'),
    ...(matches === undefined ? {} : { matches }),
    ...(filters === undefined ? {} : { filters }),
    ...(backendRefs === undefined ? {} : { backendRefs }),
    ...(isFields(fields['timeouts'])
      ? { timeouts: { ...text(timeouts, 'request'), ...text(timeouts, 'backendRequest') } }
      : {}),
    ...(isFields(fields['retry']) ? { retry: {} } : {}),
  }
}

/** The route in an object as a person wrote it; null when it is no HTTPRoute. */
export function readRoute(object: unknown, defaultNamespace: string): HTTPRoute | null {
  const fields = fieldsOf(object)
  if (fields['kind'] !== 'HTTPRoute') return null
  const metadata = fieldsOf(fields['metadata'])
  const spec = fieldsOf(fields['spec'])
  const parentRefs = list(spec['parentRefs'], readParent)
  const hostnames = texts(spec['hostnames'])
  const rules = list(spec['rules'], readRule)
  return {
    apiVersion: text(fields, 'apiVersion').apiVersion ?? '',
    kind: 'HTTPRoute',
    metadata: {
      ...named(metadata),
      namespace: text(metadata, 'namespace').namespace ?? defaultNamespace,
      ...text(metadata, 'creationTimestamp'),
      ...annotations(metadata),
    },
    spec: {
      ...(parentRefs === undefined ? {} : { parentRefs }),
      ...(hostnames === undefined ? {} : { hostnames }),
      ...(rules === undefined ? {} : { rules }),
    },
  }
}

/** What is known of the Service in an object as a person wrote it, but for its endpoints; null when it is none. */
export function readService(
  object: unknown,
  defaultNamespace: string,
): { readonly key: NamespacedName; readonly service: ServiceFacts } | null {
  const fields = fieldsOf(object)
  if (fields['kind'] !== 'Service') return null
  const metadata = fieldsOf(fields['metadata'])
  const spec = fieldsOf(fields['spec'])
  const { namespace = defaultNamespace } = text(metadata, 'namespace')
  const ports = list(spec['ports'], (port) => ({
    port: number(port, 'port').port ?? 0,
    protocol: text(port, 'protocol').protocol ?? 'TCP',
    ...text(port, 'appProtocol'),
    ready: null,
  }))
  const service = { isExternalName: spec['type'] === 'ExternalName', ports: ports ?? [] }
  return { key: namespacedName(namespace, named(metadata).name), service }
}

/** The ReferenceGrant in an object as a person wrote it; null when it is none. */
export function readReferenceGrant(
  object: unknown,
  defaultNamespace: string,
): ReferenceGrant | null {
  const fields = fieldsOf(object)
  if (fields['kind'] !== 'ReferenceGrant') return null
  const metadata = fieldsOf(fields['metadata'])
  const spec = fieldsOf(fields['spec'])
  const kindOf = (reference: Fields) => ({
    group: text(reference, 'group').group ?? '',
    kind: text(reference, 'kind').kind ?? '',
  })
  const from = list(spec['from'], (reference) => ({
    ...kindOf(reference),
    namespace: text(reference, 'namespace').namespace ?? '',
  }))
  const to = list(spec['to'], (reference) => ({ ...kindOf(reference), ...text(reference, 'name') }))
  return {
    apiVersion: text(fields, 'apiVersion').apiVersion ?? '',
    kind: 'ReferenceGrant',
    metadata: {
      ...named(metadata),
      namespace: text(metadata, 'namespace').namespace ?? defaultNamespace,
    },
    spec: { from: from ?? [], to: to ?? [] },
  }
}
