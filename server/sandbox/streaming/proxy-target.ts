/** What a proxy path names → the socket of a Pod. Source: ResourceLocation of Services and Pods in k8s.io/kubernetes/pkg/registry/core. */
import type { JsonObject } from '@/lib/shared/json'
import { isJsonObject } from '@/lib/shared/json-values'
import { goQuote } from '@/lib/validation/go-text'
import {
  integerAt,
  listAt,
  metadataOf,
  namespaceOf,
  objectAt,
  textAt,
  uidOf,
} from '../api/api-object'
import { objectKey } from '../api/names'
import { type ApiStatus, failure, type Outcome, success } from '../api/outcome'
import { badRequest, notFound, pageNotFound, serviceUnavailable } from '../api/status-error'
import type { ServerContext } from '../requests/api-request'
import { type ProxyName, type ProxyPath, splitProxyId } from '../requests/proxy-path'

export interface ProxyTarget {
  readonly scheme: 'http' | 'https'
  /** Where the Pod really listens; undefined when nothing does. */
  readonly address: { readonly host: string; readonly port: number } | undefined
  /** `10.0.0.1:80`, for messages. */
  readonly authority: string
}

const HTTP_PORT = 80
const HTTPS_PORT = 443

/** The Pod and port to send to: 400 for a name of another form, 404 for what is not there, 503 for no endpoint or no such port. */
export function proxyTarget(context: ServerContext, path: ProxyPath): Outcome<ProxyTarget> {
  const parts = splitProxyId(path.id)
  if (parts === undefined) {
    const singular = path.plural === 'pods' ? 'pod' : 'service'
    return failure(badRequest(`invalid ${singular} request ${goQuote(path.id)}`))
  }
  const kind = context.kinds.find('', 'v1', path.plural)
  if (kind === undefined) return failure(pageNotFound())
  const object = context.store.get(`/${path.plural}`, objectKey(path.namespace, parts.name))
  if (object === undefined) return failure(notFound(kind.resource, parts.name))
  return path.plural === 'pods'
    ? podTarget(context, object, parts, path.id)
    : serviceTarget(context, object, parts, path.id)
}

function podTarget(
  context: ServerContext,
  pod: JsonObject,
  { scheme, port: asked }: ProxyName,
  id: string,
): Outcome<ProxyTarget> {
  const usual = scheme === 'https' ? HTTPS_PORT : HTTP_PORT
  const port = asked === '' ? (firstPort(pod) ?? usual) : Number(asked)
  const isPort = Number.isInteger(port) && port > 0 && port < 65_536
  if (!isPort) return failure(badRequest(`invalid pod request ${goQuote(id)}`))
  return success(targetOf(context, pod, port, scheme))
}

function serviceTarget(
  context: ServerContext,
  service: JsonObject,
  { scheme, port }: ProxyName,
  id: string,
): Outcome<ProxyTarget> {
  const name = servicePortName(service, port)
  if (!name.ok) return name
  const found = readyEndpoint(context, service, name.value)
  return found === undefined
    ? failure(serviceUnavailable(`no endpoints available for service ${goQuote(id)}`))
    : success(targetOf(context, found.pod, found.port, scheme))
}

function targetOf(
  context: ServerContext,
  pod: JsonObject,
  port: number,
  scheme: ProxyTarget['scheme'],
): ProxyTarget {
  const ip = textAt(objectAt(pod, 'status'), 'podIP')
  const address = context.pods?.addressOf(uidOf(pod), port)
  return { scheme, address, authority: `${ip}:${port}` }
}

function firstPort(pod: JsonObject): number | undefined {
  const ports = listAt(objectAt(pod, 'spec'), 'containers')
    .filter(isJsonObject)
    .flatMap((container) => listAt(container, 'ports'))
    .filter(isJsonObject)
  return ports[0] === undefined ? undefined : integerAt(ports[0], 'containerPort')
}

/** A port given by its number is looked up for its name, by which endpoints are found; unnamed ports have an empty one. */
function servicePortName(service: JsonObject, port: string): Outcome<string> {
  if (!/^\d+$/.test(port)) return success(port)
  const found = listAt(objectAt(service, 'spec'), 'ports')
    .filter(isJsonObject)
    .find((entry) => entry['port'] === Number(port))
  if (found !== undefined) return success(textAt(found, 'name'))
  const name = goQuote(textAt(metadataOf(service), 'name'))
  const refusal: ApiStatus = serviceUnavailable(
    `no service port ${Number(port)} found for service ${name}`,
  )
  return failure(refusal)
}

/** One of the ready Pods behind a Service's port, another at another time. Only Pods are sent to: no address that an object names. */
function readyEndpoint(
  context: ServerContext,
  service: JsonObject,
  portName: string,
): { pod: JsonObject; port: number } | undefined {
  const namespace = namespaceOf(service)
  const slices = context.store.objects('discovery.k8s.io/endpointslices')
  const found = [...slices.entries()].flatMap(([key, slice]) => {
    const labels = objectAt(metadataOf(slice), 'labels')
    const isOfService =
      key.startsWith(`${namespace}/`) &&
      labels['kubernetes.io/service-name'] === metadataOf(service)['name']
    const port = listAt(slice, 'ports')
      .filter(isJsonObject)
      .find((entry) => textAt(entry, 'name') === portName)
    const number = port === undefined ? undefined : integerAt(port, 'port')
    if (!isOfService || number === undefined) return []
    return readyPods(context, namespace, slice).map((pod) => ({ pod, port: number }))
  })
  return found[context.now() % Math.max(1, found.length)]
}

function readyPods(context: ServerContext, namespace: string, slice: JsonObject): JsonObject[] {
  return listAt(slice, 'endpoints')
    .filter(isJsonObject)
    .filter((endpoint) => objectAt(endpoint, 'conditions')['ready'] !== false)
    .flatMap((endpoint) => {
      const reference = objectAt(endpoint, 'targetRef')
      if (textAt(reference, 'kind') !== 'Pod') return []
      const key = objectKey(namespace, textAt(reference, 'name'))
      const pod = context.store.get('/pods', key)
      return pod !== undefined && uidOf(pod) === textAt(reference, 'uid') ? [pod] : []
    })
}
