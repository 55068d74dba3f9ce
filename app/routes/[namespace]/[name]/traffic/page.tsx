import type { Metadata } from 'next'
import { RouteTrafficPage } from '@/components/traffic/route-traffic-page'

interface Props {
  params: Promise<{ namespace: string; name: string }>
}

async function names({ params }: Props): Promise<{ namespace: string; name: string }> {
  const { namespace, name } = await params
  return { namespace: decodeURIComponent(namespace), name: decodeURIComponent(name) }
}

export async function generateMetadata(props: Props): Promise<Metadata> {
  const { namespace, name } = await names(props)
  return { title: `Traffic of ${namespace}/${name}` }
}

export default async function Page(props: Props) {
  const { namespace, name } = await names(props)
  return <RouteTrafficPage key={`${namespace}/${name}`} namespace={namespace} name={name} />
}
