/** Every URL of the dashboard API, and of the pages that link to one another. */
export const API = {
  access: '/api/access',
  health: '/api/health',
  history: '/api/history',
  cluster: '/api/cluster',
  comparison: '/api/comparison',
  live: '/api/live',
  manifests: '/api/manifests',
  objects: '/api/objects',
  planes: '/api/planes',
  schemas: '/api/schemas',
  probe: '/api/probe',
  series: '/api/series',
  seriesStream: '/api/series/stream',
  traffic: '/api/traffic',
} as const

const segment = encodeURIComponent

export const apiPath = {
  /** `GET` one object, `DELETE` it; with `uid`, that very one. */
  object: (plural: string, namespace: string, name: string, uid?: string) =>
    `${API.objects}/${segment(plural)}/${segment(namespace === '' ? '-' : namespace)}/${segment(name)}${uid === undefined ? '' : `?uid=${segment(uid)}`}`,
  /** `GET`: text/plain, streamed with `?follow=true`. */
  podLog: (namespace: string, name: string) =>
    `/api/pods/${segment(namespace)}/${segment(name)}/log`,
  routeHistory: (route: string) => `${API.history}?route=${segment(route)}`,
  revision: (route: string, id: number) =>
    `${API.history}/revision?route=${segment(route)}&id=${id}`,
  trafficRun: (id: string) => `${API.traffic}/${segment(id)}`,
}

export const page = {
  routes: () => '/routes',
  routeTraffic: (namespace: string, name: string) => `${page.route(namespace, name)}/traffic`,
  compare: (namespace: string, name: string) => `${page.route(namespace, name)}/compare`,
  promote: (namespace: string, name: string) => `${page.route(namespace, name)}/promote`,
  history: (namespace: string, name: string) => `${page.route(namespace, name)}/history`,
  evidence: () => '/evidence',
  route: (namespace: string, name: string) => `/routes/${segment(namespace)}/${segment(name)}`,
  newRoute: () => '/routes/new',
  backends: () => '/backends',
  traffic: () => '/traffic',
  cluster: () => '/cluster',
}
