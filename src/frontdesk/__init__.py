"""Frontdesk: the messaging front desk of small service businesses."""

__version__ = "0.1.0"
__all__ = ["__version__"]
