/** What a match asks of a request, in words. Pure. */
import type { PathMatchType } from '@/lib/gateway-api/types'

interface Named {
  readonly name: string
  readonly type?: string
  readonly value: string
}

/** A match as a manifest has it or as the route table does, where an empty method is none. */
export interface DescribedMatch {
  readonly path?: { readonly type?: PathMatchType; readonly value?: string }
  readonly method?: string
  readonly headers?: readonly Named[]
  readonly queryParams?: readonly Named[]
}

export const PATH_TYPE_WORDS: Readonly<Record<PathMatchType, string>> = {
  Exact: 'exact path',
  PathPrefix: 'path prefix',
  RegularExpression: 'path expression',
}

/** `path prefix /a`; what is not given is what the API's defaults say. */
export function describePath({ type = 'PathPrefix', value = '/' }: DescribedMatch['path'] = {}) {
  return `${PATH_TYPE_WORDS[type]} ${value}`
}

/** `POST, path prefix /a, header x-env: canary, query parameter q matching ^a`. */
export function describeMatch({ path, method, headers, queryParams }: DescribedMatch): string {
  return [
    ...(method ? [method] : []),
    describePath(path),
    ...(headers ?? []).map((header) => `header ${describeValue(header)}`),
    ...(queryParams ?? []).map((parameter) => `query parameter ${describeValue(parameter)}`),
  ].join(', ')
}

function describeValue({ name, type, value }: Named): string {
  return `${name}${type === 'RegularExpression' ? ' matching' : ':'} ${value}`
}
