/** The style sheets and scripts of the console: a world asks for no page. */
export const assetHref = (name: string): string => `/assets/${name}`;

export function assetRoutes(): void {}
