import { namespacedName } from '@/lib/gateway-api/references'
import type { BackendObjectReference, HTTPRouteRule } from '@/lib/gateway-api/types'
import { SINCE_EMPTY_MIRROR_SERVED } from './by-version'
import type { ServicePortFacts } from './cluster-facts'
import { describeEffect, type Effect } from './implementation'
import { type LintContext, mirrorsOfRule } from './lint-context'
import { type LintCode, type LintFinding, type LintFix, SPEC } from './lint-finding'
import { grantManifest, isGranted } from './reference-grant-manifest'

/** A backend a rule names, with what it means for traffic when it can't be used. */
interface BackendPlace {
  readonly reference: BackendObjectReference
  readonly path: string
  readonly role: 'mirror' | 'backend'
  /** What happens while the reference leads nowhere, and while nobody is ready. */
  readonly whenInvalid: Effect
  readonly whenEmpty: Effect
}

const MIRROR_INVALID: Effect = {
  mirrorboard: 'serves the rule without this mirror',
  envoy: 'answers every request of the rule with status 500',
  standard: 'serves the rule without this mirror',
}

const MIRROR_EMPTY: Effect = {
  mirrorboard: 'serves the rule and mirrors nothing to it',
  envoy: {
    now: "serves the rule, its mirrored requests reach nobody, and the route's condition BackendsAvailable is False",
    before: 'answers every request of the rule with status 500',
    since: SINCE_EMPTY_MIRROR_SERVED,
  },
  standard: 'serves the rule, and its mirrored requests reach nobody',
}

const NO_TRAFFIC: Effect = {
  mirrorboard: 'sends it no request, as its weight is 0',
  envoy: 'sends it no request, as its weight is 0',
  standard: 'sends it no request, as its weight is 0',
}

/** The share of a rule's requests a backend gets, as words. */
function shareOf(rule: HTTPRouteRule, weight: number): string {
  const weights = (rule.backendRefs ?? []).map((reference) => reference.weight ?? 1)
  const total = weights.reduce((sum, each) => sum + each, 0)
  if (weight >= total) return 'every request of the rule'
  const percent = Number(((100 * weight) / total).toPrecision(3))
  return `${percent} % of the rule's requests`
}

function primaryEffects(context: LintContext, ruleIndex: number, weight: number) {
  if (weight <= 0) return { whenInvalid: NO_TRAFFIC, whenEmpty: NO_TRAFFIC }
  const rule = context.route.spec.rules?.[ruleIndex] ?? {}
  const share = shareOf(rule, weight)
  const isMirrored = mirrorsOfRule(context.route, ruleIndex).length > 0
  const stillCopied = isMirrored ? ', and mirrors them all the same' : ''
  const notCopied = isMirrored ? ', and mirrors none of them' : ''
  const isAll = share.startsWith('every')
  return {
    whenInvalid: {
      mirrorboard: `answers ${share} with status 500${stillCopied}`,
      ...(isAll ? { envoy: `answers ${share} with status 500${notCopied}` } : {}),
      standard: `answers ${share} with status 500`,
    },
    whenEmpty: {
      mirrorboard: `answers ${share} with status 503${stillCopied}`,
      ...(isAll ? { envoy: `answers ${share} with an error${notCopied}` } : {}),
      standard: `answers ${share} with an error`,
    },
  }
}

function backendPlaces(context: LintContext): readonly BackendPlace[] {
  return (context.route.spec.rules ?? []).flatMap((rule, ruleIndex) => {
    const primaries = (rule.backendRefs ?? []).map((reference, index) => ({
      reference,
      path: `spec.rules[${ruleIndex}].backendRefs[${index}]`,
      role: 'backend' as const,
      ...primaryEffects(context, ruleIndex, reference.weight ?? 1),
    }))
    const mirrors = mirrorsOfRule(context.route, ruleIndex).map(({ path, mirror }) => ({
      reference: mirror.backendRef,
      path: `${path}.requestMirror.backendRef`,
      role: 'mirror' as const,
      whenInvalid: MIRROR_INVALID,
      whenEmpty: MIRROR_EMPTY,
    }))
    return [...primaries, ...mirrors]
  })
}

/** Backends, primary and mirror alike, that lead nowhere or to nobody. */
export function lintBackends(context: LintContext): readonly LintFinding[] {
  return backendPlaces(context).flatMap((place) =>
    place.reference.name === '' ? [] : lintBackend(context, place),
  )
}

interface Fault {
  readonly code: LintCode
  readonly field?: string
  readonly fault: string
  readonly effect?: Effect
  readonly severity?: LintFinding['severity']
  readonly specUrl?: string
  readonly fix?: LintFix | undefined
}

function lintBackend(context: LintContext, place: BackendPlace): readonly LintFinding[] {
  const found = findFault(context, place)
  if (found === undefined) return []
  const { code, field = '', fault, effect = place.whenInvalid, fix } = found
  return [
    {
      severity: found.severity ?? (place.whenInvalid === NO_TRAFFIC ? 'warning' : 'error'),
      code,
      message: `${fault}. ${describeEffect(context, effect)}`,
      fieldPath: `${place.path}${field}`,
      specUrl: found.specUrl ?? (place.role === 'mirror' ? SPEC.mirror : SPEC.backend),
      ...(fix === undefined ? {} : { fix }),
    },
  ]
}

function findFault(context: LintContext, place: BackendPlace): Fault | undefined {
  const { reference } = place
  const { group = '', kind = 'Service', namespace = context.namespace, name } = reference
  if (group !== '' || kind !== 'Service') return kindFault(context, place, group, kind)
  const target = { namespace, name }
  const { referenceGrants, grantApiVersion } = context.facts
  if (referenceGrants !== null && !isGranted(referenceGrants, context.namespace, target)) {
    return {
      code: `${place.role}.reference-not-permitted`,
      field: '.namespace',
      fault: `No ReferenceGrant in namespace "${namespace}" lets HTTPRoutes of "${context.namespace}" refer to Service "${name}"`,
      specUrl: SPEC.grant,
      fix: {
        kind: 'append-manifest',
        title: 'Add the ReferenceGrant',
        manifest: grantManifest(context.namespace, target, { referenceGrants, grantApiVersion }),
      },
    }
  }
  return serviceFault(context, place, target)
}

/** Kinds Envoy Gateway takes beside Services; ours takes none. */
const ENVOY_KINDS = ['gateway.envoyproxy.io/Backend', 'multicluster.x-k8s.io/ServiceImport']

function kindFault(
  { implementations }: LintContext,
  place: BackendPlace,
  group: string,
  kind: string,
): Fault | undefined {
  const full = group === '' ? kind : `${kind}.${group}`
  const fault = `${full} "${place.reference.name}" is not a kind of backend every gateway takes`
  const field = '.kind'
  if (implementations.has('other')) {
    const { mirrorboard, standard } = place.whenInvalid
    const effect = { mirrorboard, standard: `that does not know the kind ${standard}` }
    return { code: `${place.role}.kind-unknown`, field, fault, effect, severity: 'warning' }
  }
  if (!ENVOY_KINDS.includes(`${group}/${kind}`))
    return { code: `${place.role}.kind-unknown`, field, fault }
  const { mirrorboard, standard } = place.whenInvalid
  const effect = { mirrorboard, envoy: 'can serve it', standard }
  return { code: `${place.role}.kind-unknown`, field, fault, effect, severity: 'warning' }
}

interface Target {
  readonly namespace: string
  readonly name: string
}

/** The port the dashboard's own echo backends listen on. */
const ECHO_PORT = 3000

function serviceFault(
  { facts }: LintContext,
  place: BackendPlace,
  { namespace, name }: Target,
): Fault | undefined {
  if (facts.services === null) return undefined
  const key = namespacedName(namespace, name)
  const { port } = place.reference
  const service = Object.hasOwn(facts.services, key) ? facts.services[key] : undefined
  if (service === undefined) {
    return {
      code: place.role === 'mirror' ? 'mirror.backend-not-found' : 'backend.not-found',
      field: '.name',
      fault: `Service "${key}" does not exist`,
      // A mirror is often named before it is deployed; requests are answered all the same.
      ...(place.role === 'mirror' ? { severity: 'warning' as const } : {}),
      fix: { kind: 'create-backend', namespace, name, port: port ?? ECHO_PORT },
    }
  }
  if (service.isExternalName) {
    const { mirrorboard } = place.whenInvalid
    const standard = 'need not support that, and may refuse the reference'
    const fault = `Service "${key}" has type ExternalName`
    return {
      code: `${place.role}.external-name`,
      field: '.name',
      fault,
      effect: { mirrorboard, standard },
    }
  }
  if (port === undefined) return undefined
  const tcp = service.ports.filter(({ protocol }) => protocol === 'TCP')
  const found = tcp.find((candidate) => candidate.port === port)
  if (found === undefined) return portFault(place, key, port, tcp)
  return protocolFault(place, key, found) ?? emptyFault(place, key, found)
}

function portFault(
  place: BackendPlace,
  key: string,
  port: number,
  offered: readonly ServicePortFacts[],
): Fault {
  const ports = offered.map((candidate) => String(candidate.port))
  const list = ports.length === 0 ? 'no port' : new Intl.ListFormat('en').format(ports)
  const [only] = offered
  return {
    code: `${place.role}.port-not-found`,
    field: '.port',
    fault: `Service "${key}" has no TCP port ${port}; it offers ${list}`,
    specUrl: SPEC.backendObject,
    fix:
      only === undefined || offered.length > 1
        ? undefined
        : {
            kind: 'set-value',
            title: `Use port ${only.port}`,
            fieldPath: `${place.path}.port`,
            value: only.port,
          },
  }
}

/** As the gateway's own list; the values are those of GEP-1911 and Kubernetes. */
const UNSUPPORTED_PROTOCOLS = ['https', 'kubernetes.io/wss']

function protocolFault(
  place: BackendPlace,
  key: string,
  { port, appProtocol }: ServicePortFacts,
): Fault | undefined {
  if (appProtocol === undefined || !UNSUPPORTED_PROTOCOLS.includes(appProtocol)) return undefined
  const { mirrorboard } = place.whenInvalid
  return {
    code: `${place.role}.protocol-unsupported`,
    field: '.port',
    fault: `Port ${port} of Service "${key}" asks for protocol ${appProtocol}`,
    effect: { mirrorboard, standard: 'serves it only if it supports that protocol' },
    severity: 'warning',
  }
}

function emptyFault(
  place: BackendPlace,
  key: string,
  { port, ready }: ServicePortFacts,
): Fault | undefined {
  if (ready !== 0) return undefined
  return {
    code: `${place.role}.no-endpoints`,
    field: '.name',
    fault: `Service "${key}" has no ready endpoint for port ${port}`,
    effect: place.whenEmpty,
    severity: 'warning',
  }
}

/** Mirrors that send the copy where the request itself goes. */
export function lintMirrorIsPrimary(context: LintContext): readonly LintFinding[] {
  return (context.route.spec.rules ?? []).flatMap((rule, ruleIndex) => {
    const primaries = new Set(
      (rule.backendRefs ?? [])
        .filter(({ weight }) => weight !== 0)
        .map((reference) => serviceOf(context, reference)),
    )
    return mirrorsOfRule(context.route, ruleIndex).flatMap(({ path, mirror }): LintFinding[] => {
      const service = serviceOf(context, mirror.backendRef)
      if (mirror.backendRef.name === '' || !primaries.has(service)) return []
      const fieldPath = `${path}.requestMirror.backendRef.name`
      const message = `Service "${service}" gets the requests of this rule and the mirrored ones too: every mirrored request reaches it twice.`
      const code = 'mirror.same-as-primary' as const
      return [{ severity: 'warning', code, message, fieldPath, specUrl: SPEC.mirror }]
    })
  })
}

function serviceOf(context: LintContext, reference: BackendObjectReference): string {
  const { group = '', kind = 'Service', namespace = context.namespace, name } = reference
  const key = namespacedName(namespace, name)
  return group === '' && kind === 'Service' ? key : `${group}/${kind} ${key}`
}
