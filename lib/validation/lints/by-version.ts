import { isAtLeast, type Version, versionText } from '@/lib/implementations/envoy-gateway-version'

/** What Envoy Gateway does since some versions, and did before. */
export interface ByVersion {
  readonly now: string
  readonly before: string
  /** The first versions that have it, one of each line it was brought back to, ascending. Later lines have it as well. */
  readonly since: readonly [Version, ...Version[]]
}

/** Whether a version has what came with others. */
export function has(version: Version, since: ByVersion['since']): boolean {
  return since.some(
    (first, index) =>
      isAtLeast(version, first) &&
      (index === since.length - 1 ||
        (version.major === first.major && version.minor === first.minor)),
  )
}

/** The words behind "Envoy Gateway": of its version, ` 1.8 serves …`; where that is not known, of all. */
export function byVersionText(does: string | ByVersion, version: Version | null): string {
  if (typeof does === 'string') return ` ${does}`
  const { now, before, since } = does
  if (version !== null) return ` ${versionText(version)} ${has(version, since) ? now : before}`
  const newest = since[since.length - 1] ?? since[0]
  const others = since.slice(0, -1).map(versionText)
  const lines = new Intl.ListFormat('en').format(others)
  const also = others.length === 0 ? '' : ` (in older lines since ${lines})`
  return ` since ${versionText(newest)}${also} ${now}; before, it ${before}`
}

const version = (major: number, minor: number, patch = 0): Version => ({ major, minor, patch })

/** RequestMirror beside a filter that answers the request itself: the route's condition Accepted is False. */
export const SINCE_REFUSED_BESIDE_ANSWER = [version(1, 6, 6), version(1, 7)] as const
/** A mirror without endpoints leaves its rule working. */
export const SINCE_EMPTY_MIRROR_SERVED = [
  version(1, 6, 6),
  version(1, 7, 2),
  version(1, 8),
] as const
/** Mirrors of GRPCRoutes find the Services that exist. */
export const SINCE_GRPC_MIRRORS = [version(1, 7, 2)] as const
/** Routes with the same matches get a condition that says so. */
export const SINCE_OVERLAP_CONDITION = [version(1, 9)] as const
