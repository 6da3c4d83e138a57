"""The token view: texts under both models, as one HTML page that needs only a browser."""

from rlvr_direction.report.files import ReportSettings, report
from rlvr_direction.report.responses import report_html
from rlvr_direction.report.texts import texts_html

__all__ = ["ReportSettings", "report", "report_html", "texts_html"]
