/** Kinds that are only ever posted and never stored: questions to the server, and requests for tokens. */
import type { ResourceKind } from '@/lib/gateway-api/kinds'
import type { DecodableKind } from '../api/contracts'
import { decodeStruct } from './builtin-served-kind'
import { coreSchema } from './core/core-schemas'

const MODELS: Readonly<Record<string, string>> = {
  TokenRequest: 'AuthenticationV1TokenRequest',
  SelfSubjectReview: 'V1SelfSubjectReview',
  SelfSubjectAccessReview: 'V1SelfSubjectAccessReview',
  SubjectAccessReview: 'V1SubjectAccessReview',
  LocalSubjectAccessReview: 'V1LocalSubjectAccessReview',
  SelfSubjectRulesReview: 'V1SelfSubjectRulesReview',
}

/** How bodies of such a kind are read. */
export function reviewKind(resource: ResourceKind): DecodableKind {
  const schema = coreSchema(MODELS[resource.kind] ?? '')
  return { resource, isCustom: false, decode: (object) => decodeStruct(resource, schema, object) }
}

/** What a service account's /token takes. */
export const TOKEN_REQUEST: ResourceKind = {
  group: 'authentication.k8s.io',
  version: 'v1',
  kind: 'TokenRequest',
  plural: 'serviceaccounts',
  namespaced: true,
}
