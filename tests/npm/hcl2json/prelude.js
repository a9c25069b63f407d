// Before the module runs: the object that it registers its functions on, and the name that old code has for globalThis.
globalThis.global ??= globalThis;
globalThis.__parse_terraform_config_wasm__ = {};
