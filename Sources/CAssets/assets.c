#include "CAssets.h"
#include <string.h>

static const unsigned char style[] = {
#embed "files/style.css"
};
static const unsigned char script[] = {
#embed "files/page.js"
};
static const unsigned char walk[] = {
#embed "files/walk.js"
};
static const unsigned char walk_store[] = {
#embed "files/walk-store.js"
};
static const unsigned char walk_queue[] = {
#embed "files/walk-queue.js"
};
static const unsigned char walk_line[] = {
#embed "files/walk-line.js"
};
static const unsigned char walk_view[] = {
#embed "files/walk-view.js"
};
static const unsigned char zh[] = {
#embed "files/zh-Hans.yaml"
};
static const unsigned char en[] = {
#embed "files/en.yaml"
};
static const unsigned char openapi[] = {
#embed "files/openapi.json"
};
static const unsigned char indicators[] = {
#embed "../../Config/indicators.yaml"
};
static const unsigned char divisions[] = {
#embed "../../Config/divisions.csv"
};

static const jy_asset assets[] = {
    {"style.css", style, sizeof style},
    {"page.js", script, sizeof script},
    {"walk.js", walk, sizeof walk},
    {"walk-store.js", walk_store, sizeof walk_store},
    {"walk-queue.js", walk_queue, sizeof walk_queue},
    {"walk-line.js", walk_line, sizeof walk_line},
    {"walk-view.js", walk_view, sizeof walk_view},
    {"zh-Hans.yaml", zh, sizeof zh},
    {"en.yaml", en, sizeof en},
    {"openapi.json", openapi, sizeof openapi},
    {"indicators.yaml", indicators, sizeof indicators},
    {"divisions.csv", divisions, sizeof divisions},
};

jy_asset jy_asset_named(const char *name) {
    for (size_t i = 0; i < sizeof assets / sizeof *assets; i++)
        if (strcmp(assets[i].name, name) == 0) return assets[i];
    return (jy_asset){name, NULL, 0};
}
