"""The gateway's errors in Spanish, as on a Spanish host: a client must not decide by a text."""

from __future__ import annotations

_HMDS = "Mensaje de error del Servicio de datos históricos del mercado:"

# By code, and by a part of the English text if a code has several meanings.
_TEXTS: tuple[tuple[int, str, str], ...] = (
    (162, "returned no data", f"{_HMDS}La consulta HMDS no ha devuelto datos"),
    (162, "pacing violation", f"{_HMDS}Infracción del ritmo de solicitudes de datos históricos"),
    (162, "cancelled", f"{_HMDS}Consulta de datos históricos de la API anulada"),
    (162, "", f"{_HMDS}La consulta ha fallado"),
    (200, "", "No se ha encontrado definición de valor para la solicitud"),
    (321, "", "Error al validar la solicitud"),
    (322, "", "Error al procesar la solicitud"),
    (366, "", "No se ha encontrado ninguna consulta de datos históricos"),
    (386, "", "Identificador de cotización duplicado"),
    (10314, "", "La fecha, la hora o la zona horaria introducida no es válida"),
    (10339, "", "No se permite fijar la fecha final para un futuro continuo"),
)


def spanish(code: int, text: str) -> str:
    """Return the Spanish wording of an error; unknown ones stay as they are."""
    for known, part, translated in _TEXTS:
        if known == code and part in text:
            return translated
    return text
