/** Which Envoy Gateway a cluster runs, as far as it can be known: the image of its Deployment says it. */
import type { Deployment } from '@/lib/gateway-api/types'

/** Where every way to install Envoy Gateway puts its controller. https://gateway.envoyproxy.io/docs/install/ */
export const ENVOY_GATEWAY_DEPLOYMENT = {
  namespace: 'envoy-gateway-system',
  name: 'envoy-gateway',
} as const

export interface Version {
  readonly major: number
  readonly minor: number
  readonly patch: number
}

const LABEL = 'app.kubernetes.io/version'

/** The version of the controller; null where neither its image nor its label names a release. */
export function envoyGatewayVersion({ metadata, spec }: Deployment): Version | null {
  const images = spec.template.spec.containers.map(({ image = '' }) => image)
  const image = images.find((name) => /(^|\/)gateway(-dev)?[:@]/.test(name)) ?? ''
  const tag = /:([^:/@]+)(?:@.*)?$/.exec(image)?.[1]
  return parseVersion(tag ?? '') ?? parseVersion(metadata.labels?.[LABEL] ?? '')
}

/** `v1.7.2` or `1.8.0-rc.1` → its numbers; null for anything else, and for builds between releases, `v0.0.0-latest`. */
export function parseVersion(text: string): Version | null {
  const [, major, minor, patch] = /^v?(\d{1,4})\.(\d{1,4})\.(\d{1,4})(?:[-+].*)?$/.exec(text) ?? []
  if (major === undefined || (major === '0' && minor === '0')) return null
  return { major: Number(major), minor: Number(minor), patch: Number(patch) }
}

/** Whether a version is the other or a later one. */
export function isAtLeast(version: Version, other: Version): boolean {
  return (
    (version.major - other.major || version.minor - other.minor || version.patch - other.patch) >= 0
  )
}

/** `1.7`, and `1.7.2` where the patch matters. */
export function versionText({ major, minor, patch }: Version): string {
  return `${major}.${minor}${patch === 0 ? '' : `.${patch}`}`
}
