#include "CAssets.h"
#include <string.h>

static const unsigned char style[] = {
#embed "files/style.css"
};
static const unsigned char script[] = {
#embed "files/page.js"
};
static const unsigned char zh[] = {
#embed "files/zh-Hans.yaml"
};
static const unsigned char en[] = {
#embed "files/en.yaml"
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
    {"zh-Hans.yaml", zh, sizeof zh},
    {"en.yaml", en, sizeof en},
    {"indicators.yaml", indicators, sizeof indicators},
    {"divisions.csv", divisions, sizeof divisions},
};

jy_asset jy_asset_named(const char *name) {
    for (size_t i = 0; i < sizeof assets / sizeof *assets; i++)
        if (strcmp(assets[i].name, name) == 0) return assets[i];
    return (jy_asset){name, NULL, 0};
}
