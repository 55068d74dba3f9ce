import type { Metadata } from 'next'
import { RoutePage } from '@/components/pages/route-page'
import { type RouteParams, routeNames } from './route-names'

export async function generateMetadata(props: RouteParams): Promise<Metadata> {
  const { namespace, name } = await routeNames(props)
  return { title: `${namespace}/${name}` }
}

export default async function Page(props: RouteParams) {
  const { namespace, name } = await routeNames(props)
  return <RoutePage key={`${namespace}/${name}`} namespace={namespace} name={name} />
}
