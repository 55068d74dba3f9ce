import type {
  HTTPCORSFilter,
  HTTPHeaderFilter,
  HTTPPathModifier,
  HTTPRequestMirrorFilter,
  HTTPRouteFilter,
} from '@/lib/gateway-api/types'
import type { Problem } from './condition'
import type {
  CorsEntry,
  HeaderModifier,
  PathModifier,
  RedirectEntry,
  RewriteEntry,
} from './route-table'

/** The filters of a rule or a backendRef, in the table's form. */
export interface BuiltFilters {
  requestHeaders?: HeaderModifier
  responseHeaders?: HeaderModifier
  redirect?: RedirectEntry
  rewrite?: RewriteEntry
  cors?: CorsEntry
  readonly mirrors: { readonly filterIndex: number; readonly filter: HTTPRequestMirrorFilter }[]
  /** References to filters of other kinds: requests must be answered with an error, never served without the filter. */
  readonly extensions: NonNullable<HTTPRouteFilter['extensionRef']>[]
}

const REDIRECT_CODES = [301, 302, 303, 307, 308]

/**
 * Translates filters, or returns why the rule cannot be served: a type, value or combination that is not supported.
 * `place` starts the message. https://gateway-api.sigs.k8s.io/reference/spec/#httproutefilter
 */
export function buildFilters(
  filters: readonly HTTPRouteFilter[],
  place: string,
): BuiltFilters | Problem {
  const built: BuiltFilters = { mirrors: [], extensions: [] }
  const seen = new Set<string>()
  for (const [filterIndex, filter] of filters.entries()) {
    const repeatable = filter.type === 'RequestMirror' || filter.type === 'ExtensionRef'
    if (seen.has(filter.type) && !repeatable) {
      return { reason: 'IncompatibleFilters', message: `${place} repeats ${filter.type}.` }
    }
    seen.add(filter.type)
    const problem = addFilter(built, filter, filterIndex, `${place}.filters[${filterIndex}]`)
    if (problem !== null) return problem
  }
  return built
}

function addFilter(
  built: BuiltFilters,
  filter: HTTPRouteFilter,
  filterIndex: number,
  place: string,
): Problem | null {
  switch (filter.type) {
    case 'RequestHeaderModifier':
      built.requestHeaders = toHeaderModifier(filter.requestHeaderModifier)
      return null
    case 'ResponseHeaderModifier':
      built.responseHeaders = toHeaderModifier(filter.responseHeaderModifier)
      return null
    case 'RequestRedirect':
      return addRedirect(built, filter.requestRedirect ?? {}, place)
    case 'URLRewrite':
      return addRewrite(built, filter.urlRewrite ?? {}, place)
    case 'RequestMirror':
      if (filter.requestMirror === undefined) return unsupported(`${place} names no mirror.`)
      built.mirrors.push({ filterIndex, filter: filter.requestMirror })
      return null
    case 'CORS':
      built.cors = toCors(filter.cors)
      return null
    case 'ExtensionRef':
      built.extensions.push(filter.extensionRef ?? { group: '', kind: 'unknown', name: 'unknown' })
      return null
    default:
      return unsupported(`${place} has type ${filter.type}, which is not supported.`)
  }
}

function addRedirect(
  built: BuiltFilters,
  filter: NonNullable<HTTPRouteFilter['requestRedirect']>,
  place: string,
): Problem | null {
  const { scheme, hostname, port, path, statusCode = 302 } = filter
  if (!REDIRECT_CODES.includes(statusCode)) {
    return unsupported(`${place} has status code ${statusCode}, which is not supported.`)
  }
  if (scheme !== undefined && scheme !== 'http' && scheme !== 'https') {
    return unsupported(`${place} has a scheme that is not supported.`)
  }
  const modifier = path === undefined ? undefined : toPathModifier(path)
  if (modifier === null) return unsupported(`${place} has a path modifier that is not supported.`)
  built.redirect = {
    ...(scheme === undefined ? {} : { scheme }),
    ...(hostname === undefined ? {} : { hostname }),
    ...(port === undefined ? {} : { port }),
    ...(modifier === undefined ? {} : { path: modifier }),
    statusCode,
  }
  return null
}

function addRewrite(
  built: BuiltFilters,
  filter: NonNullable<HTTPRouteFilter['urlRewrite']>,
  place: string,
): Problem | null {
  const { hostname, path } = filter
  const modifier = path === undefined ? undefined : toPathModifier(path)
  if (modifier === null) return unsupported(`${place} has a path modifier that is not supported.`)
  built.rewrite = {
    ...(hostname === undefined ? {} : { hostname }),
    ...(modifier === undefined ? {} : { path: modifier }),
  }
  return null
}

function toPathModifier(path: HTTPPathModifier): PathModifier | null {
  if (path.type === 'ReplaceFullPath') {
    return { type: 'ReplaceFullPath', value: path.replaceFullPath ?? '' }
  }
  if (path.type === 'ReplacePrefixMatch') {
    return { type: 'ReplacePrefixMatch', value: path.replacePrefixMatch ?? '' }
  }
  return null
}

function toHeaderModifier(filter: HTTPHeaderFilter = {}): HeaderModifier {
  const lines = (headers: { name: string; value: string }[] = []) =>
    headers.map(({ name, value }) => [name, value] as const)
  return {
    set: lines(filter.set),
    add: lines(filter.add),
    remove: (filter.remove ?? []).map((name) => name.toLowerCase()),
  }
}

/** https://gateway-api.sigs.k8s.io/reference/spec/#httpcorsfilter; the default age is the CRD's. */
function toCors(filter: HTTPCORSFilter = {}): CorsEntry {
  return {
    allowOrigins: filter.allowOrigins ?? [],
    allowMethods: filter.allowMethods ?? [],
    allowHeaders: filter.allowHeaders ?? [],
    exposeHeaders: filter.exposeHeaders ?? [],
    allowCredentials: filter.allowCredentials ?? false,
    maxAgeSeconds: filter.maxAge ?? 5,
  }
}

/**
 * The share of requests a mirror copies, 0 to 1: all of them when neither percent nor fraction is given.
 * https://gateway-api.sigs.k8s.io/reference/spec/#httprequestmirrorfilter
 */
export function mirrorFraction(filter: HTTPRequestMirrorFilter): number {
  const { percent, fraction } = filter
  if (fraction !== undefined) {
    const share = fraction.numerator / (fraction.denominator ?? 100)
    return Math.min(1, Math.max(0, share))
  }
  return Math.min(1, Math.max(0, (percent ?? 100) / 100))
}

function unsupported(message: string): Problem {
  return { reason: 'UnsupportedValue', message }
}
