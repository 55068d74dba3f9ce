/**
 * The planes, one row each: which process runs them and when, where their port comes from, and where others look for
 * them. Configuration, start, supervision and dashboard read this table; a plane that is added gets a row here.
 */

export interface Plane {
  /** What a person calls it. */
  readonly title: string
  /** Planes of one group share a process. */
  readonly group: string
  /** Groups of one stage start together, once the stage before is ready. */
  readonly stage: number
  /** Where the plane listens; none for a plane that others do not ask. */
  readonly port?: {
    readonly setting: string
    /** 0 takes any free port. */
    readonly usual: number
  }
  /** The variable that tells the dashboard where the plane is. */
  readonly urlSetting?: string
  /** Whether it also runs where the cluster is another's, which has its own API server and gateways. */
  readonly isOnOtherClusters: boolean
}

const planes = {
  sandbox: {
    title: 'sandbox cluster',
    group: 'sandbox cluster',
    stage: 0,
    port: { setting: 'MIRRORBOARD_SANDBOX_PORT', usual: 0 },
    isOnOtherClusters: false,
  },
  controller: { title: 'controller', group: 'gateway', stage: 1, isOnOtherClusters: false },
  gateway: {
    title: 'gateway',
    group: 'gateway',
    stage: 1,
    port: { setting: 'MIRRORBOARD_METRICS_PORT', usual: 19001 },
    isOnOtherClusters: false,
  },
  observer: {
    title: 'observer',
    group: 'observer',
    stage: 1,
    port: { setting: 'MIRRORBOARD_OBSERVER_PORT', usual: 0 },
    urlSetting: 'MIRRORBOARD_OBSERVER_URL',
    isOnOtherClusters: true,
  },
  history: {
    title: 'history',
    group: 'observer',
    stage: 1,
    port: { setting: 'MIRRORBOARD_HISTORY_PORT', usual: 0 },
    urlSetting: 'MIRRORBOARD_HISTORY_URL',
    isOnOtherClusters: true,
  },
  traffic: {
    title: 'traffic generator',
    group: 'observer',
    stage: 1,
    port: { setting: 'MIRRORBOARD_TRAFFIC_PORT', usual: 0 },
    urlSetting: 'MIRRORBOARD_TRAFFIC_URL',
    isOnOtherClusters: true,
  },
  dashboard: {
    title: 'dashboard',
    group: 'dashboard',
    stage: 1,
    port: { setting: 'PORT', usual: 3000 },
    isOnOtherClusters: true,
  },
} as const satisfies Record<string, Plane>

export type PlaneName = keyof typeof planes
/** Planes that listen. */
export type ListeningPlane = Exclude<PlaneName, 'controller'>
/** Planes that the dashboard asks. */
export type AskedPlane = 'observer' | 'history' | 'traffic'

/** In the order in which they start. */
export const PLANES: Readonly<Record<PlaneName, Plane>> = planes

/** The names, in the order in which they start. */
export const PLANE_NAMES = Object.keys(planes) as readonly PlaneName[]

/** Those that listen, with where their port comes from. */
export const LISTENING_PLANES = PLANE_NAMES.filter(
  (name): name is ListeningPlane => PLANES[name].port !== undefined,
)
