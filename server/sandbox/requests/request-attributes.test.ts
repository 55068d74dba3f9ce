import { expect, test } from 'vitest'
import { attributesOf } from './request-attributes'

const asked = (method: string, target: string) =>
  attributesOf(method, new URL(target, 'https://localhost'))

/** verb, group, resource, subresource, namespace, name. */
type Resource = readonly [string, string, string, string, string, string]

const GATEWAY = 'gateway.networking.k8s.io'
const ROUTES = `/apis/${GATEWAY}/v1`

test.each<[string, string, Resource]>([
  ['GET', '/api/v1/pods', ['list', '', 'pods', '', '', '']],
  ['HEAD', '/api/v1/pods/', ['list', '', 'pods', '', '', '']],
  ['GET', '/api/v1/pods?watch=true', ['watch', '', 'pods', '', '', '']],
  ['GET', '/api/v1/pods?watch', ['watch', '', 'pods', '', '', '']],
  ['GET', '/api/v1/pods?watch=0', ['list', '', 'pods', '', '', '']],
  ['GET', '/api/v1/watch/pods', ['watch', '', 'pods', '', '', '']],
  ['GET', '/api/v1/watch/namespaces/a/pods/p', ['watch', '', 'pods', '', 'a', 'p']],
  ['GET', `${ROUTES}/namespaces/a/httproutes/r`, ['get', GATEWAY, 'httproutes', '', 'a', 'r']],
  [
    'GET',
    `${ROUTES}/namespaces/a/httproutes/r?watch=1`,
    ['get', GATEWAY, 'httproutes', '', 'a', 'r'],
  ],
  [
    'PATCH',
    `${ROUTES}/namespaces/a/httproutes/r/status`,
    ['patch', GATEWAY, 'httproutes', 'status', 'a', 'r'],
  ],
  ['PUT', '/api/v1/namespaces/a/configmaps/c', ['update', '', 'configmaps', '', 'a', 'c']],
  ['POST', '/api/v1/namespaces/a/configmaps', ['create', '', 'configmaps', '', 'a', '']],
  [
    'DELETE',
    '/api/v1/namespaces/a/configmaps',
    ['deletecollection', '', 'configmaps', '', 'a', ''],
  ],
  ['DELETE', '/api/v1/namespaces/a/configmaps/c', ['delete', '', 'configmaps', '', 'a', 'c']],
  ['GET', '/api/v1/namespaces', ['list', '', 'namespaces', '', '', '']],
  ['GET', '/api/v1/namespaces/a', ['get', '', 'namespaces', '', 'a', 'a']],
  ['PUT', '/api/v1/namespaces/a/finalize', ['update', '', 'namespaces', 'finalize', 'a', 'a']],
  ['PATCH', '/api/v1/namespaces/a/status', ['patch', '', 'namespaces', 'status', 'a', 'a']],
  ['GET', '/api/v1/namespaces/a/pods/p/log?follow=1', ['get', '', 'pods', 'log', 'a', 'p']],
  [
    'POST',
    '/api/v1/namespaces/a/pods/p/portforward',
    ['create', '', 'pods', 'portforward', 'a', 'p'],
  ],
  [
    'GET',
    '/api/v1/namespaces/a/services/http:web:80/proxy/x/y',
    ['get', '', 'services', 'proxy', 'a', 'http:web:80'],
  ],
  [
    'POST',
    '/api/v1/namespaces/a/serviceaccounts/s/token',
    ['create', '', 'serviceaccounts', 'token', 'a', 's'],
  ],
  ['GET', '/api/v1/namespaces/%61/pods/p', ['get', '', 'pods', '', 'a', 'p']],
  ['GET', '/api/v1/namespaces/a/../b/pods', ['list', '', 'pods', '', 'b', '']],
  ['GET', '/api/v1/pods?fieldSelector=metadata.name%3Dp', ['list', '', 'pods', '', '', 'p']],
  [
    'GET',
    '/api/v1/pods?watch=1&fieldSelector=a%3Db,metadata.name%3D%3Dp',
    ['watch', '', 'pods', '', '', 'p'],
  ],
  ['GET', '/api/v1/pods?fieldSelector=metadata.name!%3Dp', ['list', '', 'pods', '', '', '']],
  ['GET', '/api/v1/pods?fieldSelector=metadata.name%3D..', ['list', '', 'pods', '', '', '']],
  ['GET', '/api/v1/pods?fieldSelector=metadata.namespace%3Dp', ['list', '', 'pods', '', '', '']],
  ['OPTIONS', '/api/v1/pods', ['', '', 'pods', '', '', '']],
])('%s %s', (method, target, [verb, group, resource, subresource, namespace, name]) => {
  expect(asked(method, target)).toEqual({
    is: 'resource',
    ...{ verb, group, resource, subresource, namespace, name },
  })
})

test.each([
  ['GET', '/', '/'],
  ['GET', '/api', '/api'],
  ['GET', '/api/v1/', '/api/v1/'],
  ['GET', '/apis/apps/v1', '/apis/apps/v1'],
  ['GET', '/openapi/v3/api/v1', '/openapi/v3/api/v1'],
  ['POST', '/metrics?x', '/metrics'],
])('%s %s is asked for by its path', (method, target, path) => {
  expect(asked(method, target)).toEqual({ is: 'path', verb: method.toLowerCase(), path })
})
