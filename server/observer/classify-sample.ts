/** One metric sample → which count of which route it is, whichever gateway wrote it. */
import { classifyEnvoySample, isEnvoyMetric } from './envoy-samples'
import { classifyGatewaySample, isGatewayMetric } from './gateway-samples'
import type { ClassifiedSample, Labels } from './slots'

/** Returns whether series of this metric are kept. */
export function isKeptMetric(name: string): boolean {
  return isGatewayMetric(name) || isEnvoyMetric(name)
}

/** Returns what a sample counts, or null when it is not about a route. */
export function classifySample(name: string, labels: Labels): ClassifiedSample | null {
  return isEnvoyMetric(name)
    ? classifyEnvoySample(name, labels)
    : classifyGatewaySample(name, labels)
}
