# An image of the server with the model that comes with it (--target bare leaves that out, --target gpu adds what a
# graphics device needs, see docs/gpu.md):
#
#   docker build --tag quept .
#   docker run --publish 127.0.0.1:8080:8080 --volume ./keys:/etc/quept/keys:ro --env QUEPT_KEYS=/etc/quept/keys/keys.json quept
#
# The server listens on all addresses of its container, and so starts only with API keys, or with
# --env QUEPT_INSECURE=1 where the network is trusted. docs/operations.md has the rest.

FROM node:24-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN --mount=type=cache,target=/root/.npm ["npm", "ci", "--ignore-scripts"]
COPY tsconfig.json tsconfig.build.json ./
COPY tools/*.mjs ./tools/
COPY src ./src
RUN ["node", "tools/run.mjs", "build"]
RUN ["npm", "prune", "--omit=dev", "--ignore-scripts"]
# ONNX Runtime brings its library for every platform; one is needed.
COPY deploy/docker/keep-platform.mjs ./
RUN ["node", "keep-platform.mjs"]

FROM node:24-bookworm-slim AS bare
LABEL org.opencontainers.image.title="quept" \
      org.opencontainers.image.description="An LLM server with one elastic model, at the precision each request needs" \
      org.opencontainers.image.licenses="Apache-2.0"
ENV NODE_ENV=production \
    QUEPT_HOST=0.0.0.0
WORKDIR /app
COPY package.json LICENSE ./
COPY deploy/docker/health.mjs ./deploy/docker/
COPY --from=build /build/node_modules ./node_modules
COPY --from=build /build/dist ./dist
# A number, so that Kubernetes can tell that it is not root. Nothing of /app is this user's to change.
USER 65532:65532
EXPOSE 8080 9000 9400
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=120s --retries=3 \
  CMD ["node", "/app/deploy/docker/health.mjs"]
ENTRYPOINT ["node", "/app/dist/cli/main.js"]
CMD ["serve"]

FROM bare AS gpu
# The Vulkan loader, and what NVIDIA's driver is linked with; AMD's and Intel's is mesa-vulkan-drivers.
ARG VULKAN_PACKAGES="libvulkan1 libegl1 libx11-6 libxext6"
USER 0
RUN apt-get update \
 && apt-get install --yes --no-install-recommends ${VULKAN_PACKAGES} \
 && apt-get clean \
 && rm -rf /var/lib/apt/lists/*
USER 65532:65532
COPY models ./models

FROM bare AS full
COPY models ./models
