# Packages and compiled JavaScript, made with the development tools that the last stage leaves out.
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
COPY workflows ./workflows
COPY activities ./activities
COPY migrations ./migrations
COPY docs/errors.md ./docs/errors.md
RUN npm run build && npm prune --omit=dev --ignore-scripts --no-audit --no-fund

FROM node:24-bookworm-slim
LABEL org.opencontainers.image.title="State Data Resync" \
      org.opencontainers.image.description="Pushes a school district's data to its state again, whenever the two have drifted." \
      org.opencontainers.image.licenses="Apache-2.0"
# The last two keep a worker at 300 MB where it would take 370 (docs/bench.md, memory of a worker).
ENV NODE_ENV=production \
    RESYNC_CONFIG=/etc/resync/resync.config.yaml \
    MALLOC_ARENA_MAX=2 \
    NODE_OPTIONS=--max-semi-space-size=4
WORKDIR /app
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json LICENSE ./
COPY bin ./bin
USER node
EXPOSE 8080
# The API's own check; the worker has another port, and replaces it in docker-compose.yml.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8080/livez').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/src/cli/main.js", "serve", "api"]
