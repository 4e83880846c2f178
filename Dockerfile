# docker build .                 the program alone
# docker build --target shell .  with a shell, for CI systems that run scripts inside of the image

FROM rust:1.95-alpine AS build
WORKDIR /source
COPY . .
# This toolchain links statically against musl.
RUN cargo build --release --locked --bin rolewright

FROM alpine:3.22 AS shell
COPY --from=build /source/target/release/rolewright /usr/local/bin/rolewright
USER 65532:65532
WORKDIR /work
ENTRYPOINT ["rolewright"]
CMD ["check"]

FROM scratch AS bare
COPY --from=build /source/target/release/rolewright /rolewright
USER 65532:65532
WORKDIR /work
ENTRYPOINT ["/rolewright"]
CMD ["check"]
