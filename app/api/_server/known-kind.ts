import { KINDS, type KnownPlural } from '@/lib/gateway-api/kinds'
import { DashboardFailure } from './respond'

/** Kinds whose contents never go to a browser. */
const HIDDEN: readonly string[] = ['secrets']

/** The plural as a kind the dashboard reads; throws a failure that lists them otherwise. */
export function knownPlural(plural: string): KnownPlural {
  const readable = Object.keys(KINDS).filter((name) => !HIDDEN.includes(name))
  if (isKnown(plural) && readable.includes(plural)) return plural
  const message = `The dashboard does not read the kind "${plural}"; it reads ${readable.join(', ')}.`
  throw new DashboardFailure(400, { code: 'bad-request', message })
}

function isKnown(plural: string): plural is KnownPlural {
  return Object.hasOwn(KINDS, plural)
}
