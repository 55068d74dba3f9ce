import type { CreateBackendFix, Diagnostic } from '@/lib/validation/diagnostic'

/** What an editor can do about a finding, in terms of fields; where they are in the text is the caller's to know. */
export type LintFix =
  | CreateBackendFix
  | {
      readonly kind: 'append-manifest'
      readonly title: string
      /** The object that is missing, as YAML. */
      readonly manifest: string
    }
  | {
      readonly kind: 'set-value'
      readonly title: string
      readonly fieldPath: string
      readonly value: string | number
    }
  | {
      /** See `splitRuleOf`. */
      readonly kind: 'split-by-method'
      readonly title: string
      readonly fieldPath: string
    }

/** Every code a finding can have. Each has a case in the table test, and one that shows it of the gateway where that can be. */
export const LINT_CODES = [
  'annotation.invalid',
  'annotation.not-served',
  'backend.external-name',
  'backend.kind-unknown',
  'backend.no-endpoints',
  'backend.not-found',
  'backend.port-not-found',
  'backend.protocol-unsupported',
  'backend.reference-not-permitted',
  'feature.not-listed',
  'filter.extension-unsupported',
  'header.repeated-by-case',
  'hostname.ignored',
  'hostname.no-intersection',
  'match.expression-invalid',
  'match.shadowed',
  'match.shadowed-by-route',
  'mirror.backend-not-found',
  'mirror.external-name',
  'mirror.grpc-service-not-found',
  'mirror.in-backend-filters',
  'mirror.kind-unknown',
  'mirror.no-endpoints',
  'mirror.one-endpoint',
  'mirror.other-filters',
  'mirror.port-not-found',
  'mirror.protocol-unsupported',
  'mirror.reference-not-permitted',
  'mirror.same-as-primary',
  'mirror.several',
  'mirror.several-refused',
  'mirror.share-all',
  'mirror.share-default',
  'mirror.share-rounds-to-zero',
  'mirror.share-zero',
  'mirror.unsafe-methods',
  'mirror.with-direct-response',
  'mirror.with-redirect',
  'parent.class-not-found',
  'parent.kind-not-allowed',
  'parent.listener-not-found',
  'parent.namespace-not-allowed',
  'parent.none',
  'parent.not-found',
  'rule.no-backend',
  'rule.shadowed',
  'rule.shadowed-by-route',
  'rule.shadows-route',
] as const
export type LintCode = (typeof LINT_CODES)[number]

/** A finding that admission can't make, since it needs the rest of the cluster or knowledge of the gateway. */
export interface LintFinding extends Pick<Diagnostic, 'severity' | 'fieldPath'> {
  readonly code: LintCode
  /** What will happen to traffic. */
  readonly message: string
  readonly specUrl: string
  readonly fix?: LintFix
}

const REFERENCE = 'https://gateway-api.sigs.k8s.io/reference/spec/'

/** Sections of the specification the findings refer to. */
export const SPEC = {
  backend: `${REFERENCE}#httpbackendref`,
  backendObject: `${REFERENCE}#backendobjectreference`,
  feature: `${REFERENCE}#supportedfeature`,
  filter: `${REFERENCE}#httproutefilter`,
  gateway: `${REFERENCE}#gateway`,
  grant: `${REFERENCE}#referencegrant`,
  header: `${REFERENCE}#httpheadermatch`,
  hostname: `${REFERENCE}#httproutespec`,
  match: `${REFERENCE}#httproutematch`,
  mirror: `${REFERENCE}#httprequestmirrorfilter`,
  parent: `${REFERENCE}#parentreference`,
  routeNamespaces: `${REFERENCE}#routenamespaces`,
  rule: `${REFERENCE}#httprouterule`,
} as const
