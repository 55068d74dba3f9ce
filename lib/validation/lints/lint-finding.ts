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
      /** See `splitByMethod`. */
      readonly kind: 'split-by-method'
      readonly title: string
      readonly fieldPath: string
    }

/** A finding that admission can't make, since it needs the rest of the cluster or knowledge of the gateway. */
export interface LintFinding extends Pick<Diagnostic, 'severity' | 'code' | 'fieldPath'> {
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
  mirror: `${REFERENCE}#httprequestmirrorfilter`,
  parent: `${REFERENCE}#parentreference`,
  routeNamespaces: `${REFERENCE}#routenamespaces`,
  rule: `${REFERENCE}#httprouterule`,
} as const
