import type { Metadata } from 'next'
import { ComparePage } from '@/components/compare/compare-page'
import { type RouteParams, routeNames } from '../route-names'

export async function generateMetadata(props: RouteParams): Promise<Metadata> {
  const { namespace, name } = await routeNames(props)
  return { title: `Compare ${namespace}/${name}` }
}

export default async function Page(props: RouteParams) {
  const { namespace, name } = await routeNames(props)
  return <ComparePage key={`${namespace}/${name}`} namespace={namespace} name={name} />
}
